"""What a channel must carry: Sections 2.3 and 3 on p, m and the form of the channel, and a channel that learns.

The criteria were written down before the runs they are judged on were looked at with them. Scores are correct rates on
MNIST and R² on numbers; both are paired by run.
"""

from fa_book.claims.evidence import CLOSE, last, within, worst
from fa_book.claims.verdict import claim

PAPER = "no figure; an argument"


def _less(rules, one: str, other: str):
    """Final test score of one rule minus that of another, paired by run."""
    return last(rules[one].test_accuracy) - last(rules[other].test_accuracy)


@claim(
    "C21a",
    "2.3",
    "Where p <= m a random matrix is an effective channel: FA comes to what BP comes to.",
    f"At convergence FA ends at most {CLOSE} behind BP, as it is and centred as FA is: on MNIST with 10 and 20 units "
    "and on sixteen uncorrelated numbers with 16.",
    shown=PAPER,
    rests="bottleneck",
)
def C21a(digits, numbers):
    """Rules to Datasets: digits by number of units, 10 and 20, with "FA", "BP" and "BP, centred"; numbers with 16."""
    cases = {f"MNIST, m = {m}, {bp}": _less(digits[m], "FA", bp) for m in (10, 20) for bp in ("BP", "BP, centred")}
    cases["sixteen numbers, m = 16"] = _less(numbers, "FA", "BP")
    each = [within(name, values, -CLOSE) for name, values in cases.items()]
    return [worst(f"FA minus BP at least -{CLOSE}, of five comparisons the lowest", each)]


@claim(
    "C21b",
    "2.3",
    "It comes there as fast as BP.",
    f"Sixteen uncorrelated numbers, 16 units, after the first 600 steps: FA at most {CLOSE} behind BP.",
    ours=True,
)
def C21b(numbers):
    """Rules to Datasets after 600 steps."""
    return [within(f"FA minus BP after 600 steps at least -{CLOSE}", _less(numbers, "FA", "BP"), -CLOSE)]


@claim(
    "C21c",
    "2.3",
    "The form of the channel does not matter as long as it preserves the target's information.",
    "On MNIST a matrix of rank 1 gives each of the ten classes a message of its own and so loses nothing: it ends at "
    f"most {CLOSE} behind one of full rank, 20 units.",
    shown=PAPER,
    rests="bottleneck",
)
def C21c(digits):
    """Rules to Datasets by number of units: 20, with "FA" and "FA, rank 1"."""
    return [within(f"rank 1 minus full rank at least -{CLOSE}", _less(digits[20], "FA, rank 1", "FA"), -CLOSE)]


@claim(
    "C21d",
    "2.3",
    "For classes a random matrix does so where p > m, too.",
    f"MNIST, ten classes, with 4 units: FA at most {CLOSE} behind BP centred as FA is. (With 2 units, which was "
    "asked for a time, ten runs leave it open, -0.016 [-0.071, 0.040].)",
    ours=True,
    rests="bottleneck",
)
def C21d(digits):
    """Rules to Datasets by number of units: 4, with "FA" and "BP, centred". With 2 units ten runs leave it open."""
    gap = _less(digits[4], "FA", "BP, centred")
    return [within(f"FA minus BP, both centred, m = 4, at least -{CLOSE}", gap, -CLOSE)]


@claim(
    "C21e",
    "2.3",
    "A channel that loses some of the target teaches less.",
    f"Sixteen uncorrelated numbers, 16 units: a matrix of rank 4 ends more than {CLOSE} behind one of full rank.",
    ours=True,
)
def C21e(numbers):
    """Rules to Datasets, with "FA" and "FA, rank 4"."""
    return [within(f"rank 4 minus full rank below -{CLOSE}", _less(numbers, "FA, rank 4", "FA"), high=-CLOSE)]


def _gains(by_units, units, low: float):
    return [within(f"m = {m}", _less(by_units[m], "autoencoder", "FA"), low) for m in units]


@claim(
    "C29a",
    "3",
    "Where ten classes do not fit through the channel, one that learns from targets serves better than a random one.",
    "MNIST with 2 and with 4 units: an autoencoder's code ends above a random B of the same shape.",
    ours=True,
    rests="bottleneck",
)
def C29a(digits):
    """Rules to Datasets by number of units: 2 and 4, with "FA" and "autoencoder"."""
    return [worst("learned minus random above 0, of 2 and 4 units the lower", _gains(digits, (2, 4), 0))]


@claim(
    "C29b",
    "3",
    "Where sixteen numbers do not fit, one that learns serves better than a random one.",
    "Sixteen numbers of falling variance with 2 and with 4 units: as for C29a.",
    ours=True,
)
def C29b(numbers):
    """Rules to Datasets by number of units: 2 and 4, with "FA" and "autoencoder"."""
    return [worst("learned minus random above 0, of 2 and 4 units the lower", _gains(numbers, (2, 4), 0))]


@claim(
    "C29c",
    "3",
    "Where the target fits, a channel that learns does no harm.",
    f"MNIST with 20 units and numbers of falling variance with 16: learned at most {CLOSE} behind random.",
    ours=True,
    rests="bottleneck",
)
def C29c(digits, numbers):
    """Rules to Datasets by number of units: 20 and 16."""
    each = _gains(digits, (20,), -CLOSE) + _gains(numbers, (16,), -CLOSE)
    return [worst(f"learned minus random at least -{CLOSE}, of the two tasks the lower", each)]
