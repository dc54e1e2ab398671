//! The two numbers that describe many lengths: the one in the middle, and the one that nine of ten do not exceed.

/// The value below which the share `p` of all `values` lies; 0 of nothing.
pub fn quantile(values: &[usize], p: f64) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let at = (p * sorted.len() as f64) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// The value in the middle; of two in the middle, the greater.
pub fn median(values: &[usize]) -> usize {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_values_does_not_matter() {
        assert_eq!(median(&[9, 1, 5]), 5);
        assert_eq!(quantile(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 0.9), 10);
    }

    #[test]
    fn nothing_has_no_length() {
        assert_eq!(median(&[]), 0);
    }

    #[test]
    fn the_whole_share_is_the_greatest_value() {
        assert_eq!(quantile(&[3, 1, 2], 1.0), 3);
    }
}
