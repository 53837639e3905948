//! Heavy work beside the loop: what is asked for, whose answer counts, and how it is shown.

use std::sync::Arc;

use rrx::app::panes::explorer::ExplorerNode;
use rrx::domain::compute::{ComputeJob, ComputeResult, ComputeSlot, ComputeWork, Computed, Generation, JobLost};
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::protocol::{End, SessionEvent};
use rrx::io::runtime::worker_pool::WorkerPool;
use tokio::sync::mpsc;

use super::model::{Bench, catalog, report};

fn patterns(jobs: &[ComputeJob]) -> Vec<&str> {
    jobs.iter()
        .filter_map(|job| match &job.work {
            ComputeWork::Find { pattern, .. } | ComputeWork::Filter { pattern, .. } => Some(pattern.as_str()),
            ComputeWork::Check(_) | ComputeWork::Index(_) | ComputeWork::Complete(_) => None,
        })
        .collect()
}

fn done(job: &ComputeJob) -> Computed {
    Computed { generation: job.generation, answer: job.work.run(&|| false).unwrap() }
}

fn found(bench: &Bench) -> Vec<&str> {
    bench.model.overlays.modal().unwrap().items.iter().map(|item| item.name.as_str()).collect()
}

#[test]
fn only_the_answer_to_the_newest_question_counts() {
    let mut bench = Bench::connected(120, 40);
    bench.keys("ctrl-t s i t e");
    let jobs = bench.jobs();
    assert_eq!(patterns(&jobs), ["", "s", "si", "sit", "site"]);
    for job in &jobs[..4] {
        bench.feed(rrx::app::Message::Computed(done(job)));
    }
    assert_eq!(found(&bench), Vec::<&str>::new());
    bench.feed(rrx::app::Message::Computed(done(&jobs[4])));
    assert_eq!(found(&bench).first(), Some(&"site"));
    bench.feed(rrx::app::Message::Computed(done(&jobs[0])));
    assert_eq!(found(&bench).first(), Some(&"site"), "an older answer that comes late changes nothing");
}

#[test]
fn what_was_found_is_gone_to() {
    let mut bench = Bench::connected(120, 40);
    bench.keys("ctrl-t");
    bench.text("volunteer name");
    bench.compute();
    assert_eq!(found(&bench), ["volunteer.name"]);
    bench.keys("enter");
    assert_eq!(bench.model.explorer.node(), Some(ExplorerNode::Column(0, 4, 2)));
}

#[test]
fn the_tree_follows_its_filter_and_comes_back_whole() {
    let mut bench = Bench::connected(120, 40);
    let whole = bench.model.explorer.lines.clone();
    bench.keys("alt-1 /");
    bench.text("vol");
    assert_eq!(bench.model.explorer.lines, whole, "it waits for the answer");
    bench.compute();
    let nodes: Vec<ExplorerNode> = bench.model.explorer.lines.iter().map(|line| line.node).collect();
    assert_eq!(nodes, [ExplorerNode::Schema(0), ExplorerNode::Table(0, 4)]);
    assert_eq!(bench.model.explorer.node(), Some(ExplorerNode::Table(0, 4)));
    bench.keys("x");
    let late = bench.jobs();
    bench.keys("esc");
    for job in &late {
        bench.feed(rrx::app::Message::Computed(done(job)));
    }
    assert_eq!(bench.model.explorer.lines, whole);
}

#[test]
fn columns_that_fit_stand_below_their_table() {
    let mut bench = Bench::connected(120, 40);
    bench.keys("alt-1 /");
    bench.text("study_id");
    bench.compute();
    let nodes: Vec<ExplorerNode> = bench.model.explorer.lines.iter().map(|line| line.node).take(5).collect();
    let wanted = [
        ExplorerNode::Schema(0),
        ExplorerNode::Table(0, 0),
        ExplorerNode::Column(0, 0, 1),
        ExplorerNode::Table(0, 1),
        ExplorerNode::Column(0, 1, 1),
    ];
    assert_eq!(nodes, wanted);
}

#[test]
fn a_new_catalog_keeps_open_what_was_open_by_its_name() {
    let mut bench = Bench::connected(120, 40);
    bench.keys("ctrl-t");
    bench.text("volunteer name");
    bench.compute();
    bench.keys("enter");
    let mut next = catalog();
    next.schemas.insert(0, rrx::domain::catalog::Schema { name: "archive".into(), ..Default::default() });
    next.schemas[1].tables.remove(0);
    bench.session(SessionEvent::Catalog(Arc::new(next)));
    assert_eq!(bench.model.explorer.node(), Some(ExplorerNode::Column(1, 3, 2)));
    assert!(bench.model.explorer.open.contains(&ExplorerNode::Table(1, 3)));
}

#[test]
fn an_error_is_marked_where_its_statement_stands_though_another_tab_is_in_front() {
    let mut bench = Bench::connected(120, 40);
    bench.text("SELECT nope FROM subject");
    let result = bench.run();
    bench.keys("ctrl-n");
    let error =
        ServerError { code: 1054, state: "42S22".into(), message: "Unknown column 'nope' in 'field list'".into() };
    let problem = Problem::new(ProblemKind::Statement, "The statement failed").server(error);
    bench.session(SessionEvent::Ended { result, report: report(End::Broken(problem), 0) });
    let marks: Vec<Option<usize>> =
        bench.model.worksheets.sheets.iter().map(|sheet| sheet.error.as_ref().map(|mark| mark.span.start)).collect();
    assert_eq!(marks, [Some(7), None]);
}

#[tokio::test]
async fn the_newest_job_of_a_slot_takes_the_place_of_those_that_wait() {
    struct Answer(Computed);
    impl From<Computed> for Answer {
        fn from(computed: Computed) -> Self {
            Self(computed)
        }
    }
    impl From<JobLost> for Answer {
        fn from(JobLost(why): JobLost) -> Self {
            panic!("{why}")
        }
    }
    let (event, mut answers) = mpsc::channel::<Answer>(8);
    let pool = WorkerPool::new(&event);
    let catalog = Arc::new(catalog());
    let find = |pattern: &str| ComputeWork::Find { catalog: catalog.clone(), pattern: pattern.into(), database: None };
    // The workers cannot start before this task waits: on one thread only the last of a slot is there by then.
    for (number, pattern) in ["a", "b", "volunteer"].into_iter().enumerate() {
        pool.submit(ComputeJob { generation: Generation(number as u64), work: find(pattern) });
    }
    pool.submit(ComputeJob {
        generation: Generation(9),
        work: ComputeWork::Filter { catalog: catalog.clone(), pattern: "site".into() },
    });
    let mut got = [answers.recv().await.unwrap().0, answers.recv().await.unwrap().0];
    got.sort_by_key(|computed| computed.generation);
    assert_eq!(got.iter().map(|computed| computed.generation.0).collect::<Vec<_>>(), [2, 9]);
    assert_eq!(
        got.iter().map(|computed| computed.answer.slot()).collect::<Vec<_>>(),
        [ComputeSlot::Find, ComputeSlot::Filter]
    );
    assert!(matches!(&got[0].answer, ComputeResult::Found { total: 1, .. }), "{:?}", got[0].answer);
    drop((pool, event));
    assert!(answers.recv().await.is_none(), "the workers end with the pool");
}
