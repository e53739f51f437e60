//! Adds up the numbers it is sent, each exactly once, however often it or the daemon is killed.
//!
//! imlink brings every message at least once: what was not acknowledged comes again. To act on it
//! once, keep the place of the last message, and to which rows it belongs, in the same transaction
//! as what you made of it, here a file that is replaced as a whole, and leave out what is not above
//! it. Acknowledge after that. `docs/delivery.md` has all that is promised.
//!
//! ```console
//! $ imlink token alice | cargo run -p imlink --example exactly_once sum.txt
//! ```

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use imlink::content::Content;
use imlink::{Client, Generation, Message, Seq, Start, Token};

/// What there is to keep: the result, and how far it goes.
#[derive(Default)]
struct Sum {
    /// The last place, and the rows it is in: in others it says nothing.
    last: (Generation, Seq),
    total: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = PathBuf::from(
        std::env::args_os()
            .nth(1)
            .ok_or("name a file for the sum")?,
    );
    let token = io::read_to_string(io::stdin())?;
    let client = Client::builder("imlink-sandbox").build()?;
    client.init().await?;
    client.connect(Token::new(token.trim())?).await?;

    let mut sum = Sum::load(&file)?;
    let mut numbers = client.subscribe_from("numbers", Start::Beginning).await?;
    while let Some(delivery) = numbers.next().await {
        let delivery = delivery?;
        let message = delivery.message();
        let (generation, last) = sum.last;
        if delivery.generation() != generation || message.seq > last {
            sum.last = (delivery.generation(), message.seq);
            sum.total += number_in(message).unwrap_or_default();
            sum.save(&file)?;
        }
        delivery.acknowledge();
    }
    Ok(())
}

impl Sum {
    fn load(file: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let mut numbers = text.split_whitespace();
        let generation = numbers.next().and_then(|text| text.parse().ok());
        let last = numbers.next().and_then(|text| text.parse().ok());
        let total = numbers.next().and_then(|text| text.parse().ok());
        match (generation, last, total) {
            (Some(generation), Some(last), Some(total)) => Ok(Self {
                last: (Generation(generation), Seq(last)),
                total,
            }),
            _ => Err(io::Error::other("the file does not hold a sum")),
        }
    }

    /// Either the old or the new sum is there, whenever the power goes.
    fn save(&self, file: &Path) -> io::Result<()> {
        let new = file.with_extension("new");
        let mut writer = File::create(&new)?;
        let (generation, last) = self.last;
        writeln!(writer, "{generation} {last} {}", self.total)?;
        writer.sync_all()?;
        fs::rename(&new, file)?;
        // Until the directory is on the disk too, the power may take the new name back; and what is
        // acknowledged does not come again.
        let directory = file.parent().filter(|path| !path.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    }
}

/// The number in a text message.
fn number_in(message: &Message) -> Option<i64> {
    match message.content() {
        Ok(Content::Text(text)) => text.text.trim().parse().ok(),
        Ok(_) | Err(_) => None,
    }
}
