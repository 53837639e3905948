//! Reads the plan of a statement before it runs, where the profile has a limit for the rows that a plan may read.

use std::io::Write;

use super::arguments::{PlanPolicy, RunArgs};
use crate::commands::common::headless::HeadlessSession;
use crate::commands::common::interrupts::Interrupts;
use crate::commands::common::print;
use crate::domain::access_log::AuthorizedStatement;
use crate::domain::plan::{limit_of, query_that_runs};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::explain_format;
use crate::io::storage::access_log::AccessLog;

/// What the check of a plan uses.
pub(super) struct PlanCheck<'a> {
    pub(super) args: &'a RunArgs,
    pub(super) profile: &'a Profile,
    pub(super) log: &'a mut AccessLog,
    pub(super) interrupts: &'a mut Interrupts,
    pub(super) err: &'a mut (dyn Write + Send),
}

impl PlanCheck<'_> {
    /// Checks the plan of a statement that is about to run. If the plan cannot be read, the statement runs: the server will say
    /// what is wrong with it.
    ///
    /// # Errors
    /// A problem if the plan reads more rows than the profile allows, if the access log cannot be written, or if the session has
    /// ended.
    pub(super) async fn check(
        &mut self,
        session: &mut HeadlessSession,
        statement: &AuthorizedStatement,
    ) -> Result<(), Problem> {
        let (text, dialect) = (statement.checked().text(), statement.checked().dialect());
        let Some(most) = self.profile.limits.plan_rows else { return Ok(()) };
        let Some(query) = query_that_runs(text, dialect).filter(|_| self.args.plans != PlanPolicy::Ignore) else {
            return Ok(());
        };
        let format = explain_format(Some(self.profile), dialect.server);
        let Ok(explain) = session.authorize(&format!("{}{query}", format.prefix()), self.args.reference.as_deref())
        else {
            return Ok(());
        };
        let answer = session.explain(explain, self.log, self.interrupts).await?;
        let plan = answer
            .map_err(|problem| problem.what)
            .and_then(|answer| answer.plan(format).map_err(|why| why.to_string()));
        match plan.map(|plan| plan.too_many_rows(limit_of(query, dialect), most)) {
            Ok(None) => Ok(()),
            Ok(Some(rows)) => Err(Problem::new(ProblemKind::Refused, rows.to_string().trim_end_matches('.'))
                .because("limits.plan_rows of the profile")
                .hint("narrow the statement, or add --any-plan to run it all the same")),
            Err(why) => {
                print::text(self.err, &format!("rrx: note: the plan was not checked: {}\n", print::one_line(&why)))
            }
        }
    }
}
