//! Memory of programs and of the kernel, in kilobytes.

use std::fs;
use std::io;

/// What is in memory of a process, counting what it shares with others whole.
pub fn resident(pid: u32) -> io::Result<f64> {
    Ok(field(&fs::read_to_string(format!("/proc/{pid}/status"))?, "VmRSS:"))
}

/// What is in memory of a process and its children, with shared pages in equal parts.
pub fn proportional(pid: u32) -> io::Result<f64> {
    let own = field(&fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?, "Pss:");
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| proportional(child.parse().ok()?).ok());
    Ok(own + children.sum::<f64>())
}

/// What the kernel has allocated for itself.
pub fn kernel() -> io::Result<f64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    Ok(["Slab:", "Percpu:", "KernelStack:", "VmallocUsed:"].iter().map(|name| field(&text, name)).sum())
}

fn field(text: &str, name: &str) -> f64 {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    value.unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory() {
        let own = std::process::id();
        assert!(resident(own).unwrap() > 100.0);
        assert!(proportional(own).unwrap() > 100.0);
        assert!(kernel().unwrap() > 100.0);
    }
}
