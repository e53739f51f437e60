//! Lists in pages.

/// One page of a list.
pub(super) struct Page {
    skip: usize,
    take: usize,
}

impl Page {
    /// Pages are counted from 1; 0 and nothing mean the first.
    pub(super) fn new(page: Option<i64>, size: Option<i64>, default_size: usize) -> Self {
        let take = count(size).unwrap_or(default_size);
        let before = count(page).unwrap_or_default().saturating_sub(1);
        let skip = before.saturating_mul(take);
        Self { skip, take }
    }

    /// So many after so many others.
    pub(super) fn at(offset: Option<i64>, size: Option<i64>, default_size: usize) -> Self {
        Self {
            skip: count(offset).unwrap_or_default(),
            take: count(size).unwrap_or(default_size),
        }
    }

    /// What names the page after this one of a list so long: empty after the last.
    pub(super) fn token_of_next(&self, total: usize) -> String {
        let next = self.skip.saturating_add(self.take);
        if next < total {
            next.to_string()
        } else {
            String::new()
        }
    }

    pub(super) fn of<T>(&self, list: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        list.into_iter().skip(self.skip).take(self.take)
    }
}

fn count(number: Option<i64>) -> Option<usize> {
    number.and_then(|number| usize::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_the_first_is_the_default() {
        let list = || 0..5;
        let page = |page, size| Page::new(page, size, 2).of(list()).collect::<Vec<_>>();

        assert_eq!(page(None, None), [0, 1]);
        assert_eq!(page(Some(0), None), [0, 1]);
        assert_eq!(page(Some(1), None), [0, 1]);
        assert_eq!(page(Some(2), None), [2, 3]);
        assert_eq!(page(Some(2), Some(3)), [3, 4]);
        assert_eq!(page(Some(i64::MAX), Some(i64::MAX)), [] as [i32; 0]);
        assert_eq!(page(Some(-1), Some(-1)), [0, 1]);
    }
}
