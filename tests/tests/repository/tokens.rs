//! Rust source as the few tokens that imports are made of.

/// An identifier, `::`, or one other character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Name(String),
    Colons,
    Other(char),
}

/// The tokens of a source without its comments, literals and test modules.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        at += match rest {
            ['/', '/', ..] => rest.iter().take_while(|c| **c != '\n').count(),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => string(rest),
            ['r', '"' | '#', ..] if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            ['\'', '\\', ..] => 4 + rest[3..].iter().take_while(|c| **c != '\'').count(),
            ['\'', _, '\'', ..] => 3,
            [':', ':', ..] => {
                tokens.push(Token::Colons);
                2
            }
            [first, ..] if first.is_alphabetic() || *first == '_' => {
                let name: String = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
                let length = name.chars().count();
                tokens.push(Token::Name(name));
                length
            }
            [first, ..] => {
                if !first.is_whitespace() {
                    tokens.push(Token::Other(*first));
                }
                1
            }
            [] => 1,
        };
    }
    without_tests(tokens)
}

fn block_comment(rest: &[char]) -> usize {
    let end = rest.windows(2).position(|pair| pair == ['*', '/']);
    end.map_or(rest.len(), |end| end + 2)
}

fn string(rest: &[char]) -> usize {
    let mut length = 1;
    while length < rest.len() && rest[length] != '"' {
        length += if rest[length] == '\\' { 2 } else { 1 };
    }
    length + 1
}

/// The length of a raw string, if one begins here.
fn raw_string(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let open = 1 + hashes;
    (rest.get(open) == Some(&'"')).then_some(())?;
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let end = rest[open + 1..].windows(close.len()).position(|part| part == close)?;
    Some(open + 1 + end + close.len())
}

/// Drops each `#[cfg(test)] mod name { … }`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let name = |name: &str| Token::Name(name.to_owned());
    let marker = [
        Token::Other('['),
        name("cfg"),
        Token::Other('('),
        name("test"),
        Token::Other(')'),
        Token::Other(']'),
    ];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let rest = &tokens[at..];
        if rest.starts_with(&marker) && rest.get(marker.len()) == Some(&name("mod")) {
            at += marker.len() + block(&rest[marker.len()..]);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// How many tokens there are up to the end of the first block.
fn block(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Other('{') => depth += 1,
            Token::Other('}') if depth == 1 => return at + 1,
            Token::Other('}') => depth -= 1,
            Token::Name(_) | Token::Colons | Token::Other(_) => {}
        }
    }
    tokens.len()
}

#[test]
fn comments_literals_and_test_modules_give_no_tokens() {
    let source = "// crate::a\nuse b /* crate::c */ ; \"crate::\\\"d\" r#\"crate::e\"# '\\'' 'f' #[cfg(test)] mod tests { use g; { } } h";
    let names: Vec<_> = tokens(source)
        .into_iter()
        .filter_map(|token| if let Token::Name(name) = token { Some(name) } else { None })
        .collect();
    assert_eq!(names, ["use", "b", "h"]);
}
