//! Every type, every edge: what a session delivers is, byte for byte, what the real client prints.

use crate::all_types::{OF_MARIADB, compare, table};
use crate::harness::connect;
use crate::rig::Rig;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_value_of_every_type_is_what_the_real_client_prints_and_what_others_read_from_our_files() {
    let rig = Rig::start();
    rig.sql(&table(OF_MARIADB));
    let mut live = connect(rig.profile()).await.unwrap();
    let cells = compare(&mut live, OF_MARIADB, |script| rig.sql_raw(script)).await;
    println!("{cells} cells compared");
    live.close().await;
}
