//! Where the panels are, at every width of the terminal, and how the user moves them.

use std::fmt::Write as _;

use rrx::app::focus::Focus;
use rrx::app::layout::{Area, InspectorChoice, Layout, LayoutOptions, MainPanel, ScreenSize};
use rrx::app::{Effect, Message};
use rrx::domain::protocol::{PanelSizes, ResultId, StorageCmd};

use super::model::Bench;

/// Returns the visible cells of the results: the explorer may cover some of them.
fn results_width(width: u16, options: LayoutOptions) -> u16 {
    let layout = Layout::solve(ScreenSize { width, height: 45 }, options);
    let covered = layout.explorer.filter(|area| area.x + area.width > layout.grid.map_or(0, |grid| grid.x));
    let covered = covered.filter(|area| layout.grid.is_some_and(|grid| area.height > grid.y - area.y));
    layout.grid.map_or(0, |area| area.width - covered.map_or(0, |explorer| explorer.width))
}

#[test]
fn the_results_are_never_narrower_on_a_wider_terminal() {
    let mut table =
        String::from("terminal | worksheet in focus | results in focus | explorer in focus | inspector in focus\n");
    let mut before = [0; 4];
    for width in 60..=200 {
        let now = [Focus::Worksheet, Focus::Grid, Focus::Explorer, Focus::Inspector].map(|focus| {
            let options = LayoutOptions { has_details: true, focus, ..LayoutOptions::default() };
            results_width(width, options)
        });
        let [written, read, browsed, shown] = now;
        writeln!(table, "{width:>8} | {written:>18} | {read:>16} | {browsed:>17} | {shown:>18}").unwrap();
        assert!(now.iter().zip(before).all(|(now, before)| *now >= before), "narrower at {width}:\n{table}");
        // All of the terminal, whatever is shown at the sides.
        assert_eq!([written, read], [width, width]);
        before = now;
    }
    insta::assert_snapshot!("results_width", table);
}

#[test]
fn panels_cover_the_body_without_a_gap_or_an_overlap() {
    for width in 20..=220 {
        for height in [5, 10, 17, 18, 24, 30, 45, 70] {
            for (focus, main) in [
                (Focus::Worksheet, MainPanel::Worksheet),
                (Focus::Grid, MainPanel::Results),
                (Focus::Explorer, MainPanel::Worksheet),
                (Focus::Inspector, MainPanel::Results),
            ] {
                for inspector in [InspectorChoice::Automatic, InspectorChoice::Shown, InspectorChoice::Hidden] {
                    for (message_lines, explorer) in [(0, 3), (1, 30), (4, 500)] {
                        let options = LayoutOptions {
                            focus,
                            main,
                            inspector,
                            has_details: true,
                            sizes: PanelSizes {
                                explorer: (explorer != 30).then_some(explorer),
                                ..PanelSizes::default()
                            },
                            message_lines,
                            ..LayoutOptions::default()
                        };
                        let layout = Layout::solve(ScreenSize { width, height }, options);
                        assert!(layout.of(focus).is_some() || inspector == InspectorChoice::Hidden, "{layout:?}");
                        let mut cells = vec![0_u8; usize::from(width) * usize::from(height)];
                        let panels = [layout.explorer, layout.worksheet, layout.grid, layout.inspector];
                        let bars = [Some(layout.header), Some(layout.message), Some(layout.hints)];
                        for area in panels.into_iter().chain(bars).flatten() {
                            for y in area.y..area.y + area.height {
                                for x in area.x..area.x + area.width {
                                    cells[usize::from(y) * usize::from(width) + usize::from(x)] += 1;
                                }
                            }
                        }
                        // The explorer covers other panels where it has no room at their side.
                        let most = if focus == Focus::Explorer && width < 120 { 2 } else { 1 };
                        assert!(
                            cells.iter().all(|count| (1..=most).contains(count)),
                            "{width}x{height}: {options:?} {layout:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn the_worksheet_is_as_high_as_its_text_up_to_half() {
    let mut bench = Bench::connected(100, 40);
    let heights: Vec<u16> = [1, 10, 3, 30]
        .into_iter()
        .map(|lines| {
            bench.text(&"x\n".repeat(lines));
            bench.model.context.layout.worksheet.unwrap().height
        })
        .collect();
    // 37 rows are between the header and the message.
    assert_eq!(heights, [7, 15, 18, 18]);
}

#[test]
fn keys_move_borders_and_the_sizes_are_saved_after_a_pause() {
    let mut bench = Bench::connected(160, 45);
    let width = |bench: &Bench| bench.model.context.layout.explorer.unwrap().width;
    let before = width(&bench);
    bench.keys("alt-1 alt-= alt-= alt--");
    assert_eq!(width(&bench), before + 4);
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::SavePanelSizes(_)))));
    bench.feed(Message::Clock(std::time::Duration::from_secs(5)));
    let saved = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::SavePanelSizes(_))));
    let Effect::Storage(StorageCmd::SavePanelSizes(sizes)) = saved else { unreachable!() };
    assert_eq!(sizes, PanelSizes { explorer: Some(before + 4), ..PanelSizes::default() });
    // A worksheet that grows takes rows from the results.
    let height = |bench: &Bench| bench.model.context.layout.worksheet.unwrap().height;
    let low = height(&bench);
    bench.keys("alt-2 alt-= alt-=");
    assert!(height(&bench) > low);
    let high = height(&bench);
    bench.keys("alt-3 alt-=");
    assert!(height(&bench) < high);
    bench.keys("alt-0");
    assert_eq!((width(&bench), height(&bench)), (before, low));
    // Quitting does not wait for the pause.
    bench.keys("alt-3 alt-= ctrl-q");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::SavePanelSizes(_)))));
}

#[test]
fn a_border_at_its_end_moves_back_with_the_first_key() {
    let mut bench = Bench::connected(160, 45);
    let width = |bench: &Bench| bench.model.context.layout.explorer.unwrap().width;
    bench.keys("alt-1");
    for _ in 0..60 {
        bench.keys("alt-=");
    }
    let widest = width(&bench);
    bench.keys("alt--");
    assert_eq!(width(&bench), widest - 4);
}

#[test]
fn each_panel_has_a_key_and_esc_stays_in_the_panel() {
    for size in [(160, 45), (100, 30), (80, 24), (40, 10)] {
        let mut bench = Bench::connected(size.0, size.1);
        bench.text("SELECT 1");
        let id: ResultId = bench.run();
        bench.rows(id, &["id"], &[&[Some("1")]]);
        let panels = [
            ("alt-1", Focus::Explorer),
            ("alt-3", Focus::Grid),
            ("alt-4", Focus::Inspector),
            ("alt-2", Focus::Worksheet),
        ];
        for (key, focus) in panels {
            bench.keys(key);
            assert_eq!(bench.model.focus, focus, "{size:?} {key}");
            assert!(bench.model.context.layout.of(focus).is_some(), "{size:?} {key}");
        }
        let before = bench.model.worksheets.sheet().unwrap().editor.text();
        bench.keys("esc esc esc");
        assert_eq!(bench.model.focus, Focus::Worksheet, "{size:?}");
        bench.keys("alt-3 esc esc esc j k x");
        assert_eq!(bench.model.worksheets.sheet().unwrap().editor.text(), before, "{size:?}: nothing was typed");
    }
}

#[test]
fn showing_a_panel_does_not_move_the_focus() {
    for size in [(160, 45), (130, 40), (100, 30), (80, 24)] {
        let mut bench = Bench::connected(size.0, size.1);
        bench.text("SELECT * FROM subject");
        bench.keys("f3");
        if bench.model.context.layout.inspector.is_none() {
            bench.keys("f3");
        }
        assert_eq!(bench.model.focus, Focus::Worksheet, "{size:?}");
        bench.keys("f12");
        assert_eq!(bench.model.focus, Focus::Worksheet, "{size:?}");
        assert!(bench.model.context.layout.inspector.is_some(), "{size:?}");
        let id = bench.run();
        bench.rows(id, &["id"], &[&[Some("1")]]);
        bench.keys("alt-3 space");
        assert_eq!(bench.model.focus, Focus::Grid, "{size:?}");
        assert!(
            bench.model.context.layout.inspector.is_some() && bench.model.context.layout.grid.is_some(),
            "{size:?}"
        );
        bench.keys("esc");
        assert_eq!(bench.model.focus, Focus::Grid, "{size:?}");
    }
}

#[test]
fn a_popup_is_next_to_its_cell_and_inside_the_screen() {
    let layout = Layout::solve(ScreenSize { width: 100, height: 30 }, LayoutOptions::default());
    let (width, height) = (40, 10);
    let area = |x, y| layout.popup((x, y), (width, height));
    assert_eq!(area(10, 5), Area { x: 10, y: 6, width, height });
    assert_eq!(area(95, 27), Area { x: 100 - width, y: 27 - height, width, height }, "above, and shifted left");
    for (x, y) in [(0, 0), (0, 29), (99, 29), (300, 300)] {
        let area = area(x, y);
        assert!(area.x + area.width <= 100 && area.y + area.height <= 30, "{x} {y}: {area:?}");
    }
}
