//! Values of every type: a session returns the same bytes that the real client prints, and rrx sorts them like the server.

use crate::all_types::{MARIADB_TYPES, compare, table};
use crate::harness::connect;
use crate::order;
use crate::rig::Rig;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_value_of_every_type_is_what_the_real_client_prints_and_what_others_read_from_our_files() {
    let rig = Rig::start();
    rig.sql(&table(MARIADB_TYPES));
    let mut live = connect(rig.profile()).await.unwrap();
    let cells = compare(&mut live, MARIADB_TYPES, |script| rig.sql_raw(script)).await;
    println!("{cells} cells compared");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_sorted_as_the_servers_order_by_sorts_them() {
    let rig = Rig::start();
    let mut live = connect(rig.profile()).await.unwrap();
    order::compare(&mut live, "utf8mb4_nopad_bin", |script| drop(rig.sql(script))).await;
    live.close().await;
}
