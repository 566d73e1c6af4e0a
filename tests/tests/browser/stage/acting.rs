use std::path::{Path, PathBuf};

use fantoccini::key::Key;
use posture_tests::harness::{Locator, Role};
use posture_web::text;
use serde_json::json;

use super::Stage;

/// The most presses of the Tab key that reach a control on a page.
const TAB_STEPS: usize = 100;

/// Acting on what is there.
impl Stage {
    pub(crate) async fn click(&self, locator: impl Into<Locator>) {
        self.browser.click(&locator.into()).await.unwrap();
    }

    /// Clicks the button of this name.
    pub(crate) async fn push(&self, name: &str) {
        self.click(Role::Button.named(name)).await;
    }

    /// Clicks the link of this name in the page's content.
    pub(crate) async fn click_link(&self, name: &str) {
        self.click(Role::Link.named(name).within(Role::Main)).await;
    }

    /// Presses the mouse in the middle of an element, whatever covers it.
    pub(crate) async fn press_mouse_on(&self, locator: impl Into<Locator>) {
        self.browser.press_mouse_on(&locator.into()).await.unwrap();
    }

    /// Turns the wheel over an element, by so many pixels downwards.
    pub(crate) async fn turn_wheel(&self, locator: impl Into<Locator>, pixels: i64) {
        let element = self.browser.element(&locator.into()).await.unwrap();
        self.browser.turn_wheel(&element, pixels).await.unwrap();
    }

    /// Types into the search field of this name.
    pub(crate) async fn search(&self, field: &str, words: &str) {
        self.click(Role::Searchbox.named(field)).await;
        self.press(words).await;
    }

    /// Chooses the option of a combobox that starts with the first word of a name, by typing it.
    pub(crate) async fn choose_option(&self, combobox: impl Into<Locator>, name: &str) {
        let combobox = self.browser.element(&combobox.into()).await.unwrap();
        combobox.send_keys(name.split(' ').next().unwrap()).await.unwrap();
    }

    /// Types into the element that has the focus.
    pub(crate) async fn press(&self, keys: &str) {
        self.browser.client().active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    pub(crate) async fn press_key(&self, key: Key) {
        self.press(&char::from(key).to_string()).await;
    }

    /// Steps with the Tab key until one of these elements has the focus.
    pub(crate) async fn tab_to(&self, locator: impl Into<Locator>) {
        let locator = locator.into();
        for _ in 0..TAB_STEPS {
            self.press_key(Key::Tab).await;
            if self.browser.ask(&locator, "found.includes(document.activeElement)").await.unwrap() == true {
                return;
            }
        }
        panic!("{TAB_STEPS} steps of the Tab key did not reach {locator:?}");
    }

    /// Chooses files in the page's chooser.
    pub(crate) async fn choose(&self, files: &[&Path]) {
        self.choose_by(text::CHOOSE_FILES, files).await;
    }

    /// Chooses files, or a folder, in the chooser of this name.
    pub(crate) async fn choose_by(&self, name: &str, files: &[&Path]) {
        let chooser = self.browser.element(&Role::Button.named(name)).await.unwrap();
        let files: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
        chooser.send_keys(&files.join("\n")).await.unwrap();
    }

    /// Drags files from the system over the middle of the page, or drops them there.
    pub(crate) async fn drag(&self, kind: &str, files: &[&Path]) {
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        let event = json!({ "type": kind, "x": 400, "y": 400, "data": data });
        self.browser.devtools("Input.dispatchDragEvent", event).await.unwrap();
    }

    /// The file that a button offers.
    pub(crate) async fn saved(&self, button: &str, name: &str) -> PathBuf {
        let act = async {
            self.push(button).await;
            Ok(())
        };
        self.browser.downloaded(self.folder.path(), name, act).await.unwrap();
        self.folder.path().join(name)
    }
}
