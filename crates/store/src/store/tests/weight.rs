//! How much room rows need, guessed from a few of them.

use super::*;

// F-D14
#[test]
fn a_guess_from_a_few_messages_is_below_what_the_rows_take_and_above_half_of_it() {
    for (letters, messages) in [(10, 2_000), (300, 2_000), (200_000, 40)] {
        let mut house = House::new();
        let body = "x".repeat(letters);
        for group in (0..messages).collect::<Vec<u64>>().chunks(100) {
            let group = group.iter().map(|n| {
                let uid = format!("BLQ3-{n:04}-ABCD-WXYZ");
                received(&uid, &format!("peer-{}", n % 20), &body)
            });
            house.receive(group.collect());
        }

        let taken = house.store.bytes_of_rows().unwrap();
        let guess = house.store.guess(messages).unwrap();

        assert!(guess <= taken, "{letters} letters: {guess} of {taken}");
        assert!(guess > taken / 2, "{letters} letters: {guess} of {taken}");
    }
}

#[test]
fn of_no_messages_there_is_nothing_to_guess() {
    let house = House::new();

    assert_eq!(house.store.guess(0).unwrap(), 0);
}
