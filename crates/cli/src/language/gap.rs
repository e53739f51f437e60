//! A stretch of messages of which something is missing, in words.

use std::borrow::Cow;

use imlink::{Gap, GapCause, Millis};

use super::Language;
use crate::output::moment;

impl Language {
    /// One sentence: where, how much, and why.
    pub fn gap(self, gap: &Gap) -> String {
        let (place, missing, cause) = (self.place(gap), self.missing(gap), self.gap_cause(gap));
        match self {
            Self::English => format!("Gap {place}: {missing}; {cause}."),
            Self::Chinese => format!("{place}有缺口：{missing}，{cause}。"),
        }
    }

    fn place(self, gap: &Gap) -> String {
        let (first, last) = (gap.first.0, gap.last.0);
        match self {
            Self::English if first == last => format!("at no. {first}"),
            Self::English => format!("from no. {first} to no. {last}"),
            Self::Chinese if first == last => format!("第 {first} 条消息处"),
            Self::Chinese => format!("第 {first} 至 {last} 条消息之间"),
        }
    }

    fn missing(self, gap: &Gap) -> String {
        match (gap.lost, self) {
            (Some(1), Self::English) => "1 message is missing".to_owned(),
            (Some(lost), Self::English) => format!("{lost} messages are missing"),
            (Some(lost), Self::Chinese) => format!("缺少 {lost} 条消息"),
            (None, _) => self.missing_unknown(gap.cause).to_owned(),
        }
    }

    fn missing_unknown(self, cause: GapCause) -> &'static str {
        match cause {
            // It may be none.
            GapCause::Expired { .. } => self.of("messages may be missing", "可能缺少消息"),
            GapCause::RolledBack | GapCause::Damaged => self.of(
                "nobody knows how many messages are missing",
                "缺少的消息数量未知",
            ),
        }
    }

    fn gap_cause(self, gap: &Gap) -> Cow<'static, str> {
        let words = match gap.cause {
            GapCause::RolledBack => self.of(
                "what is stored is of an earlier time, and the cloud gives what it still has once \
                 more, with new numbers",
                "已保存的数据是较早时的，云端仍保留的消息会以新的序号再次送达",
            ),
            GapCause::Damaged => self.of("what was stored is damaged", "已保存的数据已损坏"),
            GapCause::Expired { from, until } => return self.absence(from, until).into(),
        };
        words.into()
    }

    fn absence(self, from: Millis, until: Millis) -> String {
        let (from, until) = (moment(from), moment(until));
        match self {
            Self::English => format!(
                "the account was away for longer than the cloud keeps them ({from} to {until})"
            ),
            Self::Chinese => {
                format!("账号离线的时间超过了云端保留消息的期限（{from} 至 {until}）")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use imlink::Seq;

    use super::*;

    // F-D08
    #[test]
    fn a_gap_says_where_it_is_and_what_is_missing() {
        let one = words(42..=42, Some(1), GapCause::Damaged);
        let more = words(42..=50, Some(3), GapCause::Damaged);
        let unknown = words(42..=50, None, GapCause::Damaged);

        assert_eq!(
            one,
            [
                "Gap at no. 42: 1 message is missing; what was stored is damaged.",
                "第 42 条消息处有缺口：缺少 1 条消息，已保存的数据已损坏。",
            ]
        );
        assert_eq!(
            more,
            [
                "Gap from no. 42 to no. 50: 3 messages are missing; what was stored is damaged.",
                "第 42 至 50 条消息之间有缺口：缺少 3 条消息，已保存的数据已损坏。",
            ]
        );
        assert!(unknown[0].contains("nobody knows how many"), "{unknown:?}");
        assert!(unknown[1].contains("数量未知"), "{unknown:?}");
    }

    // F-D23, F-S46
    #[test]
    fn a_gap_says_whether_its_messages_may_come_again() {
        let (from, until) = (Millis(1_785_506_531_123), Millis(1_785_592_931_123));
        let [rolled_back, _] = words(2..=3, Some(2), GapCause::RolledBack);
        let [expired, chinese] = words(2..=2, None, GapCause::Expired { from, until });

        assert!(rolled_back.contains("once more"), "{rolled_back}");
        let (from, until) = (moment(from), moment(until));
        assert_eq!(
            expired,
            "Gap at no. 2: messages may be missing; the account was away for longer than the \
             cloud keeps them ("
                .to_owned()
                + &from
                + " to "
                + &until
                + ").",
        );
        assert_eq!(
            chinese,
            format!(
                "第 2 条消息处有缺口：可能缺少消息，账号离线的时间超过了云端保留消息的期限（{from} 至 {until}）。"
            )
        );
    }

    /// In English and in Chinese.
    fn words(
        places: std::ops::RangeInclusive<u64>,
        lost: Option<u64>,
        cause: GapCause,
    ) -> [String; 2] {
        let gap = Gap {
            subscription: None,
            first: Seq(*places.start()),
            last: Seq(*places.end()),
            lost,
            cause,
        };
        [Language::English, Language::Chinese].map(|language| language.gap(&gap))
    }
}
