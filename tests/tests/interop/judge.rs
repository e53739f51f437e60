//! The honest judge: what our daemon sends is what the SDK sends, but for a short list.

use imlink_tests::require;

use crate::frame::Frame;
use crate::installed::Interop;
use crate::line::{Line, What};
use crate::{recording, scenario};

/// The most differences there may be (issue 2).
const MOST: usize = 8;

/// How our daemon differs from the SDK on purpose, and what asks for it.
const DIFFERENCES: [Difference; 7] = [
    Difference {
        change: Change::Omits("QUERY qAppBot"),
        reason: "protocol/cloud-wire.md 4: no answer to it is needed; bots are not kept",
    },
    Difference {
        change: Change::Omits("QUERY pullEventChange"),
        reason: "protocol/cloud-wire.md 4: no answer to it is needed; events are not kept",
    },
    Difference {
        change: Change::Omits("QUERY pullUS"),
        reason: "protocol/cloud-wire.md 4: no answer to it is needed; settings are not kept",
    },
    Difference {
        change: Change::Omits("QUERY pullSeAtts"),
        reason: "protocol/cloud-wire.md 4: no answer to it is needed; attributes are not kept",
    },
    Difference {
        change: Change::Omits("QUERY reportsdk"),
        reason: "protocol/cloud-wire.md 4: no answer to it is needed; it names packages that are \
                 not here (decisions.md P21)",
    },
    Difference {
        change: Change::Omits("QUERY pullModifyMsg"),
        reason: "protocol/cloud-wire.md 4: no answer to it is needed; edits are not kept",
    },
    Difference {
        change: Change::OmitsField("QUERY pullMsg", 9),
        reason: "protocol/cloud-wire.md 10, 6: compression of pulls is not offered",
    },
];

/// One kind of difference.
struct Difference {
    change: Change,
    reason: &'static str,
}

/// What our daemon does otherwise.
enum Change {
    /// It never sends packets of this name.
    Omits(&'static str),
    /// In packets of this name it never sets the field of this number.
    OmitsField(&'static str, u64),
}

// issue 2, "Real clients and the honest judge"
#[tokio::test]
async fn the_daemon_sends_what_the_sdk_sends_but_for_the_list() {
    let test = "the_daemon_sends_what_the_sdk_sends_but_for_the_list";
    let Some(interop) = require(test, Interop::find()) else {
        return;
    };

    let (sdk, daemon) = tokio::join!(recording::lines(&interop), scenario::lines());

    if let Err(verdict) = compare(sdk, &daemon, &DIFFERENCES) {
        panic!("{verdict}");
    }
}

#[test]
fn the_list_is_short_and_gives_its_reasons() {
    assert!(DIFFERENCES.len() <= MOST);
    for Difference { reason, .. } in &DIFFERENCES {
        assert!(
            ["decisions.md P", "cloud-wire.md "]
                .iter()
                .any(|place| reason.contains(place))
        );
    }
}

#[test]
fn a_difference_that_is_not_listed_is_seen() {
    let sdk = example();
    let mut longer = sdk.clone();
    longer.push(sdk[1].clone());
    let mut swapped = sdk.clone();
    swapped.swap(1, 2);
    let mut other_step = sdk.clone();
    other_step[2].step = "send";
    let mut other_request = sdk.clone();
    other_request[0].what = What::request("POST /v2/navi.json", &[], "v=1&token=TOKEN");
    let other_field = with_frame(&sdk, "50000770756c6c4d73670005616c69636500011000");

    for daemon in [
        longer,
        swapped,
        other_step,
        other_request,
        other_field,
        Vec::new(),
    ] {
        assert!(compare(sdk.clone(), &daemon, &[]).is_err(), "{daemon:?}");
    }
    assert_eq!(compare(sdk.clone(), &sdk, &[]), Ok(()));
}

#[test]
fn a_listed_difference_has_to_occur() {
    let sdk = example();
    let without_ping = vec![sdk[0].clone(), sdk[2].clone()];
    let without_field = with_frame(&sdk, "50000770756c6c4d73670005616c6963650001");
    let no_ping = || Difference {
        change: Change::Omits("PINGREQ"),
        reason: "",
    };
    let no_field = || Difference {
        change: Change::OmitsField("QUERY pullMsg", 1),
        reason: "",
    };
    let no_bot = Difference {
        change: Change::Omits("QUERY qAppBot"),
        reason: "",
    };

    assert_eq!(compare(sdk.clone(), &without_ping, &[no_ping()]), Ok(()));
    assert_eq!(compare(sdk.clone(), &without_field, &[no_field()]), Ok(()));
    assert!(compare(sdk.clone(), &sdk, &[no_ping()]).is_err());
    assert!(compare(sdk.clone(), &sdk, &[no_field()]).is_err());
    assert!(compare(sdk.clone(), &sdk, &[no_bot]).is_err());
}

/// Takes from what the SDK did what our daemon leaves out, and wants the rest to be the same.
fn compare(mut sdk: Vec<Line>, daemon: &[Line], listed: &[Difference]) -> Result<(), String> {
    for Difference { change, .. } in listed {
        if !change.apply(&mut sdk) {
            return Err(format!(
                "listed, but the SDK does no such thing: {}",
                change.name()
            ));
        }
    }
    if sdk == daemon {
        return Ok(());
    }
    let all = |lines: &[Line]| {
        lines
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let place = sdk
        .iter()
        .zip(daemon)
        .take_while(|(sdk, daemon)| sdk == daemon)
        .count();
    let at = |lines: &[Line]| lines.get(place).map_or("nothing".into(), Line::to_string);
    Err(format!(
        "a difference that is not listed, in line {place}:\nSDK:    {}\ndaemon: {}\n\n\
         the SDK, without what is listed:\n{}\nthe daemon:\n{}",
        at(&sdk),
        at(daemon),
        all(&sdk),
        all(daemon)
    ))
}

impl Change {
    /// Changes what the SDK did; false if there was nothing to change.
    fn apply(&self, lines: &mut Vec<Line>) -> bool {
        match self {
            Self::Omits(name) => {
                let before = lines.len();
                lines.retain(|line| line.frame().is_none_or(|frame| frame.name() != *name));
                lines.len() < before
            }
            Self::OmitsField(name, number) => {
                let frames = lines.iter_mut().filter_map(Line::frame_mut);
                let named = frames.filter(|frame| frame.name() == *name);
                // All of them, not only up to the first that has it.
                named
                    .filter_map(|frame| frame.remove(*number).then_some(()))
                    .count()
                    > 0
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Omits(name) => (*name).to_owned(),
            Self::OmitsField(name, number) => format!("field {number} of {name}"),
        }
    }
}

fn example() -> Vec<Line> {
    let line = |what| Line {
        step: "connect",
        what,
    };
    let frame = |hex| {
        line(What::Frame {
            link: 1,
            frame: Frame::read(hex),
        })
    };
    vec![
        line(What::request(
            "POST /v2/navi.json?cloud=0",
            &[],
            "token=TOKEN&v=1",
        )),
        frame("c0"),
        frame("50000770756c6c4d73670005616c69636500010800"),
    ]
}

/// The example with another packet at its end.
fn with_frame(example: &[Line], hex: &str) -> Vec<Line> {
    let mut lines = example.to_vec();
    lines[2].what = What::Frame {
        link: 1,
        frame: Frame::read(hex),
    };
    lines
}
