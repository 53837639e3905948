//! Writes data-clarification threads with their messages.

use super::entities::FilledForm;
use super::generator::Generator;
use super::values::v;

pub(super) fn write_thread(
    generator: &mut Generator<'_, '_>,
    form: &FilledForm<'_>,
    item_data: i64,
    status: &'static str,
) {
    let organisation = form.context.organisation;
    let opened = form.collected.plus_days(generator.random.between(1, 20));
    let fields = [
        ("item_data_id", v(item_data)),
        ("status", v(status)),
        ("monitoring", v(generator.random.happens(800))),
        ("only_opener_can_close", v(true)),
        ("close_role_id", v(organisation.monitor_role)),
        ("opened_by_user_id", v(generator.random.one_of(&organisation.users))),
        ("opened_at", v(opened.datetime3())),
        ("closed_at", v((status == "Closed").then(|| opened.plus_days(9).datetime3()))),
    ];
    let thread = generator.add("query", fields);
    let mut messages = vec![("Please verify against source.", opened)];
    if status != "Unanswered" {
        messages.push(("Verified.", opened.plus_days(generator.random.between(1, 8))));
    }
    for (body, at) in messages {
        let fields = [
            ("query_id", v(thread)),
            ("author_user_id", v(generator.random.one_of(&organisation.users))),
            ("body", v(body)),
            ("created_at", v(at.datetime3())),
        ];
        generator.add("query_message", fields);
    }
}
