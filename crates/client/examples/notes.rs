//! Prints every message of the user's account, and keeps its place when it is stopped.
//!
//! ```console
//! $ imlink daemon &
//! $ cargo run -p imlink --example notes -- my-app-key < token
//! ```

use imlink::{Client, Error, Start, Token};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app_key = std::env::args().nth(1).unwrap_or_default();
    let token = std::io::read_to_string(std::io::stdin()).unwrap_or_default();

    let client = Client::builder(app_key)
        .app_id("org.example.notes")
        .build()?;
    client.init().await?;
    let user = client.connect(Token::new(token.trim())?).await?;
    println!("Reading as {user}");

    let mut notes = client.subscribe_from("notes", Start::Beginning).await?;
    while let Some(delivery) = notes.next().await {
        let delivery = delivery?;
        let message = delivery.message();
        println!(
            "{} {}: {}",
            message.seq,
            message.sender,
            message.body.as_str()
        );
        delivery.acknowledge();
    }
    Ok(())
}
