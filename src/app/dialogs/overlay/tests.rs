//! Tests of the stack of overlays.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::app::Model;
use crate::app::effect::Effect;
use crate::app::keymaps::keymap;
use crate::app::layout::ScreenSize;
use crate::app::model::{SettingsReading, Start};
use crate::app::request::Request;
use crate::app::ui::look::TerminalLook;
use crate::app::ui::theme::Theme;

/// A list whose items show a notice, for tests.
#[derive(Debug)]
struct TestDialog(&'static str);

impl Dialog for TestDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        self.0
    }

    fn enter_hint(&self) -> &'static str {
        "take"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        ["alpha", "beta"].map(|name| DialogItem::new(name, vec![Request::Notice(name.into())])).into()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }

    fn dismiss(&mut self) -> Vec<Request> {
        vec![Request::Notice(format!("{} dismissed", self.0))]
    }
}

fn model() -> Model {
    Model::new(Start {
        reading: SettingsReading::Once,
        settings: std::sync::Arc::default(),
        profiles: Vec::new(),
        keymap: keymap("default", None).0.into(),
        theme: Theme::new(TerminalLook::default()),
        size: ScreenSize { width: 100, height: 30 },
        problems: Vec::new(),
        first_worksheet: None,
        panel_sizes: crate::domain::protocol::PanelSizes::default(),
        directory: String::new(),
    })
}

/// Lets `act` change the overlays of a model. Returns the notices that it requests.
fn notices(model: &mut Model, act: impl FnOnce(&mut Overlays, &mut PaneContext<'_>)) -> Vec<String> {
    let (mut requests, mut effects): (Vec<Request>, Vec<Effect>) = (Vec::new(), Vec::new());
    act(
        &mut model.overlays,
        &mut PaneContext { context: &model.context, requests: &mut requests, effects: &mut effects },
    );
    let notice = |request| if let Request::Notice(text) = request { Some(text) } else { None };
    requests.into_iter().filter_map(notice).collect()
}

#[test]
fn keys_go_to_the_topmost_overlay() {
    let mut model = model();
    notices(&mut model, |overlays, cx| overlays.open(Box::new(TestDialog("lower")), Focus::Grid, cx));
    notices(&mut model, |overlays, cx| overlays.open(Box::new(TestDialog("upper")), Focus::Grid, cx));
    let titles: Vec<_> = model.overlays.bottom_up().map(|overlay| overlay.dialog.title()).collect();
    assert_eq!(titles, ["lower", "upper"], "drawn in this order");
    notices(&mut model, |overlays, cx| overlays.type_char('b', cx));
    assert_eq!(model.overlays.modal().map(|overlay| overlay.input.text()), Some("b"));
    assert_eq!(notices(&mut model, |overlays, cx| overlays.act(ListAction::Choose, cx)), ["beta"]);
    assert_eq!(model.overlays.modal().map(|overlay| overlay.dialog.title()), Some("lower"));
    assert_eq!(notices(&mut model, |overlays, cx| overlays.act(ListAction::Close, cx)), ["lower dismissed"]);
    assert!(!model.overlays.is_modal() && model.overlays.bottom_up().count() == 0);
}

/// A list that counts how often it is built, with a last item, for tests.
#[derive(Debug)]
struct CountingDialog(Arc<AtomicUsize>);

impl Dialog for CountingDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "counting"
    }

    fn enter_hint(&self) -> &'static str {
        "take"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        self.0.fetch_add(1, Ordering::Relaxed);
        ["two words", "one", "two"].map(|name| DialogItem::new(name, Vec::new())).into()
    }

    fn last_item(&self) -> Option<DialogItem> {
        Some(DialogItem::new("last", Vec::new()))
    }

    fn submit(&mut self, _answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Stay(Vec::new())
    }
}

#[test]
fn typing_narrows_a_list_without_building_it_again() {
    let (mut model, built) = (model(), Arc::new(AtomicUsize::new(0)));
    let dialog = Box::new(CountingDialog(Arc::clone(&built)));
    notices(&mut model, |overlays, cx| overlays.open(dialog, Focus::Grid, cx));
    let names = |model: &Model| -> Vec<String> {
        model.overlays.modal().unwrap().items.iter().map(|item| item.name.clone()).collect()
    };
    let whole = names(&model);
    assert_eq!(whole, ["two words", "one", "two", "last"]);
    for (typed, expected) in [('t', ["two words", "two", "last"]), ('w', ["two words", "two", "last"])] {
        notices(&mut model, |overlays, cx| overlays.type_char(typed, cx));
        assert_eq!(names(&model), expected, "{typed}");
    }
    for _ in 0..2 {
        notices(&mut model, |overlays, cx| overlays.act_line(LineAction::DeleteBack, cx));
    }
    assert_eq!((names(&model), built.load(Ordering::Relaxed)), (whole.clone(), 1));
    notices(&mut model, |overlays, cx| overlays.act(ListAction::Choose, cx));
    assert_eq!((names(&model), built.load(Ordering::Relaxed)), (whole, 2), "an answer may change the list");
}

#[test]
fn a_dialog_is_open_once_and_all_are_dismissed_when_they_are_closed() {
    let mut model = model();
    notices(&mut model, |overlays, cx| overlays.open(Box::new(TestDialog("one")), Focus::Grid, cx));
    notices(&mut model, |overlays, cx| overlays.open(Box::new(TestDialog("two")), Focus::Grid, cx));
    let again = notices(&mut model, |overlays, cx| overlays.open(Box::new(TestDialog("one")), Focus::Grid, cx));
    assert_eq!((again, model.overlays.bottom_up().count()), (vec!["one dismissed".to_owned()], 2));
    assert_eq!(notices(&mut model, Overlays::dismiss_all), ["one dismissed", "two dismissed"]);
}
