//! What is not as it should be in an account's rows, in words.

use imlink::AnomalyReport;

use super::Language;

impl Language {
    /// One line, `None` if all is well.
    pub fn anomalies(self, found: AnomalyReport) -> Option<String> {
        let AnomalyReport {
            left_out,
            uid_conflicts,
            lost_outgoing,
            gaps,
            unreadable,
        } = found;
        let parts = [
            (left_out, "damaged and left out", "处损坏，已略过"),
            (
                uid_conflicts,
                "came with the id of another message and not kept",
                "条与已有消息同号，未保存",
            ),
            (
                lost_outgoing,
                "accepted for sending and lost",
                "条已接受待发，但已丢失",
            ),
            (gaps, "gaps in the history", "段历史缺失"),
            (
                unreadable,
                "from the cloud that this version cannot read",
                "条云端消息此版本无法读取",
            ),
        ];
        let told: Vec<String> = parts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, english, chinese)| format!("{count} {}", self.of(english, chinese)))
            .collect();
        let between = self.of(", ", "，");
        (!told.is_empty()).then(|| told.join(between))
    }

    /// One sentence for who is busy with something else, `None` if all is well.
    pub fn anomalies_come_upon(self, found: AnomalyReport) -> Option<String> {
        let told = self.anomalies(found)?;
        Some(match self {
            Self::English => {
                format!("Among what is stored: {told}. `imlink doctor` says what to do.")
            }
            Self::Chinese => format!("已保存的数据：{told}。处理方法请见 `imlink doctor`。"),
        })
    }

    /// What to do about it.
    pub fn anomalies_cure(self) -> &'static str {
        self.of(
            "What is stored is served as ever. Look at the disk and at the daemon's log; ask the \
             senders for what is missing, and send again what was lost. A newer imlink may read what \
             this one cannot.",
            "已保存的内容仍可正常使用。请检查磁盘和守护进程的日志；缺失的消息可请发送者重发，丢失的待发消息请重新发送；无法读取的消息可尝试升级 imlink。",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-D07, F-D08, F-D16
    #[test]
    fn what_should_not_be_is_one_line_and_nothing_if_all_is_well() {
        let found = AnomalyReport {
            left_out: 1,
            lost_outgoing: 2,
            ..AnomalyReport::default()
        };

        let english = Language::English.anomalies(found);
        let chinese = Language::Chinese.anomalies(found);

        assert_eq!(
            english.as_deref(),
            Some("1 damaged and left out, 2 accepted for sending and lost")
        );
        assert_eq!(
            chinese.as_deref(),
            Some("1 处损坏，已略过，2 条已接受待发，但已丢失")
        );
        assert_eq!(Language::English.anomalies(AnomalyReport::default()), None);
        let sentence = Language::Chinese.anomalies_come_upon(found);
        assert_eq!(
            sentence.as_deref(),
            Some(
                "已保存的数据：1 处损坏，已略过，2 条已接受待发，但已丢失。处理方法请见 `imlink doctor`。"
            )
        );
    }
}
