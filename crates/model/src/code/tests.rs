use serde::de::value::{Error, I32Deserializer};
use serde::{Deserialize, de::IntoDeserializer};

use super::*;

/// Every number of behaviour.md 12.1, 12.2 and 12.3.
const CONNECTION: &[i32] = &[
    0, -1, -2, -3, 2, 30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30009, 30010, 30011,
    30012, 30013, 30014, 30015, 30019, 30021, 30022, 30024, 30026, 30027, 31000, 31001, 31002,
    31003, 31004, 31005, 31006, 31007, 31008, 31009, 31010, 31011, 31012, 31014, 31015, 31016,
    31020, 31021, 31022, 31023, 31024, 31025, 31026, 31027, 31028, 31029, 31030, 32001, 32002,
    32011, 32054, 32061, 32546, 33001, 33003, 33004, 33005, 33006, 33103, 34001, 34005, 34006,
    34026, 34027, 34105, 34257, 34238, 34239, 34240, 34245, 34310, 34311, 34400, 34407, 34433,
    35005, 35008, 35011, 99999,
];
const SENDING: &[i32] = &[
    405, 407, 20106, 20109, 20112, 20113, 20114, 20115, 20116, 20604, 20605, 20606, 20607, 21501,
    21502, 22406, 22408, 23406, 23408, 23409, 23410, 23411, 23412, 24406, 24408, 24410, 24414,
    24415, 24416, 30016, 30017, 33000, 33008, 34002, 34003, 34008, 34009, 34010, 34025, 34011,
    34017, 35066, 34021, 34205, 34209, 34210, 34211, 34280, 34296,
];
const STORAGE: &[i32] = &[
    23413, 23414, 25101, 25102, 33007, 25104, 25107, 26001, 26002, 26004, 26005, 26314, 26315,
    26316, 26317, 26318, 26319, 26320, 26321, 26322, 26007, 26009, 26010, 26020, 26021, 26022,
    29201, 29202, 29203, 29204, 29205, 29206, 33002, 34301, 34302, 34303, 34304, 34305, 33100,
    33101, 33102, 33302, 33401, 33402, 34012, 34013, 34014, 34291, 34292, 34016, 34022, 34202,
    34203, 34204, 34206, 34219, 34225, 34229, 34232, 34276, 34277, 34278, 34279, 34287, 34288,
    34289, 34290, 34315, 34329, 34435, 34436, 34439, 35015, 35016, 35020, 35021,
];

#[test]
fn the_table_is_sorted_and_no_number_or_name_is_in_it_twice() {
    assert!(CODES.is_sorted_by(|a, b| a.number < b.number));

    let mut names: Vec<&str> = CODES.iter().map(|info| info.name).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b));
}

// S0-24
#[test]
fn the_table_holds_every_documented_number_in_its_area_and_no_other() {
    assert_eq!(
        numbers(|info| info.area == Area::Connection),
        sorted(CONNECTION)
    );
    assert_eq!(numbers(|info| info.area == Area::Sending), sorted(SENDING));
    assert_eq!(numbers(|info| info.area == Area::Storage), sorted(STORAGE));
}

// P26
#[test]
fn our_own_codes_keep_their_numbers() {
    let local: Vec<(i32, &str)> = CODES
        .iter()
        .filter(|info| info.area == Area::Local)
        .map(|info| (info.number, info.name))
        .collect();

    assert_eq!(
        local,
        [
            (90001, "LOCAL_TIMEOUT"),
            (90002, "LOCAL_DENIED"),
            (90003, "LOCAL_SLOW"),
            (90004, "LOCAL_QUOTA"),
            (90005, "LOCAL_VERSION"),
            (90006, "LOCAL_STORE_FULL"),
            (90007, "LOCAL_STORE_FAILED"),
            (90008, "LOCAL_BAD_REQUEST"),
            (90009, "LOCAL_ACCOUNTS"),
            (90010, "LOCAL_NO_ACCOUNT"),
            (90011, "LOCAL_AMBIGUOUS"),
            (90012, "LOCAL_SUBSCRIPTION_BUSY"),
            (90013, "LOCAL_NO_SUBSCRIPTION"),
            (90014, "LOCAL_STOPPING"),
            (90015, "LOCAL_CANCELLED"),
            (90016, "LOCAL_NO_NAVIGATOR"),
            (90017, "LOCAL_TRANSPORT"),
            (90018, "LOCAL_INSECURE"),
            (90019, "LOCAL_STORE_NEWER"),
            (90020, "LOCAL_STORE_READ_ONLY"),
            (90021, "LOCAL_TOO_LATE"),
            (90022, "LOCAL_NO_MESSAGE"),
            (90023, "LOCAL_WITHDRAWN"),
            (90024, "LOCAL_PORTAL"),
            (90025, "LOCAL_CLOCK"),
            (90026, "LOCAL_PIN"),
        ]
    );
}

#[test]
fn the_codes_of_the_android_seed_have_its_names_and_reactions() {
    use Retry::{Automatic, ByApp, Never, NotApplicable};
    let expected = [
        // S4-18
        (Code::IPC_DISCONNECT, -2, "IPC_DISCONNECT", Automatic, false),
        // S4-19
        (
            Code::RC_CONN_ID_REJECT,
            31002,
            "RC_CONN_ID_REJECT",
            Never,
            true,
        ),
        // S4-20
        (
            Code::RC_CONN_TOKEN_INCORRECT,
            31004,
            "RC_CONN_TOKEN_INCORRECT",
            Never,
            true,
        ),
        // S4-21
        (
            Code::RC_CONN_NOT_AUTHRORIZED,
            31005,
            "RC_CONN_NOT_AUTHRORIZED",
            Never,
            true,
        ),
        // S4-22
        (
            Code::RC_CONN_APP_BLOCKED_OR_DELETED,
            31008,
            "RC_CONN_APP_BLOCKED_OR_DELETED",
            Never,
            true,
        ),
        // S4-23
        (
            Code::RC_CONN_USER_BLOCKED,
            31009,
            "RC_CONN_USER_BLOCKED",
            Never,
            true,
        ),
        // S4-24
        (
            Code::RC_CONN_TOKEN_EXPIRE,
            31020,
            "RC_CONN_TOKEN_EXPIRE",
            Never,
            true,
        ),
        // S4-25, P2
        (
            Code::RC_CONN_PROXY_UNAVAILABLE,
            31028,
            "RC_CONN_PROXY_UNAVAILABLE",
            Never,
            true,
        ),
        // S4-26
        (
            Code::RC_CLIENT_NOT_INIT,
            33001,
            "RC_CLIENT_NOT_INIT",
            Never,
            false,
        ),
        // S4-27
        (
            Code::RC_CONNECTION_EXIST,
            34001,
            "RC_CONNECTION_EXIST",
            NotApplicable,
            false,
        ),
        // S4-28
        (
            Code::RC_CONNECT_TIMEOUT,
            34006,
            "RC_CONNECT_TIMEOUT",
            ByApp,
            true,
        ),
        // S4-29, P11
        (Code::UNKNOWN, -1, "UNKNOWN", Automatic, false),
    ];

    for (code, number, name, retry, terminal) in expected {
        let info = code.info().unwrap();
        assert_eq!(code.number(), number);
        assert_eq!(
            (code.name(), info.retry, code.is_terminal()),
            (name, retry, terminal)
        );
    }
}

// P2, P3, P11
#[test]
fn exactly_the_documented_codes_stop_reconnecting() {
    assert_eq!(
        numbers(|info| info.terminal),
        [
            31001, 31002, 31003, 31004, 31005, 31007, 31008, 31009, 31010, 31011, 31012, 31020,
            31021, 31022, 31023, 31024, 31025, 31026, 31027, 31028, 31029, 31030, 34006, 90016,
            90017,
        ]
    );
}

/// behaviour.md 12.1, column R, as amended by P11 (-1).
#[test]
fn exactly_the_documented_connection_codes_are_retried_without_the_app() {
    assert_eq!(
        numbers(|info| info.area == Area::Connection && info.retry == Retry::Automatic),
        [
            -2, -1, 30001, 30002, 30004, 30005, 30006, 30007, 30008, 30009, 30010, 30011, 30012,
            30013, 30014, 30015, 30019, 30021, 30022, 31000, 31006, 31014, 31015, 32011, 32054,
            32061, 33004, 34026, 34027, 34310, 35008,
        ]
    );
}

#[test]
fn a_terminal_code_is_never_retryable() {
    assert!(Code::RC_SOCKET_DISCONNECTED.is_retryable());
    assert!(Code::RC_MSG_RESP_TIMEOUT.is_retryable());
    assert!(!Code::SENSITIVE_SHIELD.is_retryable());
    assert!(!Code::SUCCESS.is_retryable());
    for info in CODES.iter().filter(|info| info.terminal) {
        assert!(!Code::new(info.number).is_retryable(), "{}", info.name);
    }
}

// P17
#[test]
fn the_codes_after_which_a_message_is_resent_are_retryable() {
    let resent = [
        Code::RC_NET_CHANNEL_INVALID,
        Code::RC_NET_UNAVAILABLE,
        Code::RC_MSG_SEND_FAIL,
        Code::SEND_FREQUENCY_TOO_FAST,
    ];

    assert_eq!(resent.map(Code::number), [30001, 30002, 30014, 20604]);
    assert!(resent.into_iter().all(Code::is_retryable));
}

#[test]
fn every_code_says_what_happened_and_what_to_do_in_one_sentence_each() {
    for info in CODES {
        for text in [info.cause, info.cure] {
            assert!(
                text.chars().next().is_some_and(char::is_uppercase),
                "{}: {text}",
                info.name
            );
            assert!(text.ends_with('.'), "{}: {text}", info.name);
            assert!(!text.contains(". "), "{}: {text}", info.name);
        }
    }
}

// P2
#[test]
fn the_cause_of_31028_tells_its_two_meanings_apart() {
    let cause = Code::RC_CONN_PROXY_UNAVAILABLE.cause();

    assert!(cause.contains("proxy") && cause.contains("platform"));
}

// F-S38
#[test]
fn a_number_outside_the_table_is_passed_on_and_neither_final_nor_retryable() {
    for number in [i32::MIN, 1, 31013, 31031, 90000, 90099, i32::MAX] {
        let code = Code::new(number);

        assert_eq!(code.info(), None);
        assert_eq!(code.name(), "UNKNOWN_CODE");
        assert_eq!(code.to_string(), number.to_string());
        assert!(!code.is_terminal() && !code.is_retryable() && !code.is_success());
        assert!(code.cause().ends_with('.') && code.cure().ends_with('.'));
    }
}

#[test]
fn a_code_is_written_as_its_bare_number() {
    let bare: I32Deserializer<Error> = (-2).into_deserializer();

    assert_eq!(Code::deserialize(bare), Ok(Code::IPC_DISCONNECT));
    assert_eq!(
        format!("{:>6}|{}", Code::RC_CONNECT_TIMEOUT, Code::SUCCESS),
        " 34006|0"
    );
}

#[test]
fn only_zero_is_success() {
    for info in CODES {
        assert_eq!(Code::new(info.number).is_success(), info.number == 0);
    }
}

fn numbers(filter: impl Fn(&CodeInfo) -> bool) -> Vec<i32> {
    CODES
        .iter()
        .filter(|info| filter(info))
        .map(|info| info.number)
        .collect()
}

fn sorted(numbers: &[i32]) -> Vec<i32> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers
}
