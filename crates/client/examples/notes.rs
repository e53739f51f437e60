//! Prints every message of the user's account, and keeps its place when it is stopped.
//!
//! ```console
//! $ imlink sandbox &
//! $ imlink daemon &
//! $ imlink token alice | cargo run -p imlink --example notes
//! ```

use imlink::{Client, Error, Start, Token};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let token = std::io::read_to_string(std::io::stdin()).unwrap_or_default();
    let client = Client::builder("imlink-sandbox").build()?;
    client.init().await?;
    let user = client.connect(Token::new(token.trim())?).await?;
    println!("Reading as {user}");

    let mut notes = client.subscribe_from("notes", Start::Beginning).await?;
    while let Some(delivery) = notes.next().await {
        let delivery = delivery?;
        let message = delivery.message();
        println!("{}: {:?}", message.sender, message.body.as_str());
        delivery.acknowledge();
    }
    Ok(())
}
