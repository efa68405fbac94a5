"""Every channel against loops written out, hand-made numbers, and autograd where a gradient is claimed."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fa_lib.feedback import BP, DFA, DRTP, FA, NF, NFA, TF, Chained, Direct, OutputError, decorrelation

modest = settings(deadline=None, derandomize=True, max_examples=30)
RULES = [
    BP(),
    FA(),
    NFA(sigma=0.3),
    NFA(sigma=0.3, noise="uniform"),
    NF(hidden=3),
    TF(),
    TF(slope=True),
    OutputError(NF(hidden=3)),
]
by_name = {"ids": str}


def situation(runs=2, samples=5, p=3, m=4, dtype=torch.float64, seed=0):
    """What a channel is told at a step, random."""
    random = torch.Generator().manual_seed(seed)
    shapes = {"error": (runs, samples, p), "H": (runs, samples, m), "W": (runs, p, m), "z": (runs, samples, p)}
    known = {name: torch.randn(*shape, generator=random, dtype=dtype) for name, shape in shapes.items()}
    known["y"] = torch.rand(samples, p, generator=random, dtype=dtype)
    known["accuracy"] = torch.rand(runs, generator=random, dtype=dtype)
    return known | {"output": torch.sigmoid}


def slow_carry(signal, matrix):
    """signal (sample, p) times matrix (p, m), number by number."""
    samples, (p, m) = len(signal), matrix.shape
    out = np.zeros((samples, m))
    for n, j, i in itertools.product(range(samples), range(m), range(p)):
        out[n, j] += float(signal[n, i]) * float(matrix[i, j])
    return out


def test_bp_carries_the_error_through_the_decoders_weight():
    known = situation()
    signal = BP().draw(3, 4, runs=[0, 1])(**known)
    for r in range(2):
        np.testing.assert_allclose(signal[r], slow_carry(known["error"][r], known["W"][r]))


def test_fa_carries_the_error_through_b(double):
    known = situation()
    channel = FA().draw(3, 4, runs=[0, 1])
    for r in range(2):
        np.testing.assert_allclose(channel(**known)[r], slow_carry(known["error"][r], channel.B[r]))
    torch.testing.assert_close(channel(**known), channel(**known | {"W": None, "H": None, "y": None}))


def test_fa_with_the_decoders_weight_is_bp(double):
    known = situation()
    assert torch.equal(FA(B=known["W"]).draw(3, 4, runs=[0, 1])(**known), BP()(**known))


@pytest.mark.parametrize("noise", ["normal", "uniform"])
def test_nfa_without_noise_is_fa(double, noise):
    known = situation()
    fa = FA().draw(3, 4, runs=[0, 1], seed=7)
    nfa = NFA(sigma=0, noise=noise).draw(3, 4, runs=[0, 1], seed=7)
    assert torch.equal(nfa(**known), fa(**known))


@pytest.mark.parametrize(("noise", "expected"), [("normal", stats.norm(0, 0.2)), ("uniform", stats.uniform(-0.1, 0.2))])
def test_nfa_noise_has_the_stated_distribution(noise, expected):
    channel = NFA(sigma=0.2, noise=noise).draw(40, 50, runs=[0, 1])
    seen = channel(error=torch.eye(40).expand(2, 40, 40), y=None) - channel.B  # (run, p, m): the noise itself
    assert stats.kstest(seen.flatten().numpy(), expected.cdf).pvalue > 1e-3
    assert abs(np.corrcoef(seen[0].flatten(), seen[1].flatten())[0, 1]) < 0.1


def test_nfa_noise_is_fresh_at_each_step_and_belongs_to_the_run():
    error = torch.randn(3, 5, 2)
    company, alone = NFA(sigma=0.5).draw(2, 4, runs=[0, 1, 2]), NFA(sigma=0.5).draw(2, 4, runs=[2])
    first, second = company(error, None), company(error, None)
    assert not torch.allclose(first, second)
    torch.testing.assert_close(alone(error[2:], None)[0], first[2])
    torch.testing.assert_close(alone(error[2:], None)[0], second[2])


def test_nf_carries_the_error_through_two_layers(double):
    known = situation()
    channel = NF(hidden=6).draw(3, 4, runs=[0, 1])
    for r in range(2):
        middle = np.tanh(slow_carry(known["error"][r], channel.B1[r]))
        np.testing.assert_allclose(channel(**known)[r], slow_carry(middle, channel.B2[r]))
    assert not torch.equal(channel.B1[0], channel.B1[1])


def test_output_error_carries_what_the_output_is_off_by(double):
    known = situation()
    channel, inner = (rule.draw(3, 4, runs=[0, 1], seed=2) for rule in (OutputError(FA()), FA()))
    signal = channel(**known | {"error": torch.full((2, 5, 3), torch.nan)})
    for r in range(2):
        off = 1 / (1 + np.exp(-known["z"][r].numpy())) - known["y"].numpy()
        np.testing.assert_allclose(signal[r], slow_carry(off, inner.B[r]))
    passed_on = OutputError(BP()).draw(3, 4, runs=[0, 1])(**known)  # what BP asks for comes through
    np.testing.assert_allclose(passed_on[1], slow_carry(off, known["W"][1]))


def test_tf_signal_of_two_samples_by_hand(double):
    B = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    known = {"error": None, "y": torch.eye(2), "H": torch.ones(1, 2, 2), "accuracy": torch.tensor([0.25])}
    known |= {"z": torch.zeros(1, 2, 2), "output": torch.sigmoid}  # slope 1/4

    def signal(**switches):
        switches = {"centred": False, "modulated": False, "decorrelate": 0, "amplitude": 1.0} | switches
        return TF(B=B, **switches).draw(2, 2, runs=[0])(**known)[0].tolist()

    assert signal() == [[1, 2], [3, 4]]
    assert signal(centred=True) == [[-1, -1], [1, 1]]
    assert signal(modulated=True) == [[0.75, 1.5], [2.25, 3]]
    assert signal(slope=True) == [[0.25, 0.5], [0.75, 1]]
    assert signal(amplitude=2.0) == [[2, 4], [6, 8]]
    assert signal(centred=True, modulated=True, slope=True, amplitude=16.0) == [[-3, -3], [3, 3]]


@pytest.mark.parametrize("switches", list(itertools.product([False, True], repeat=3)), ids=str)
def test_tf_signal_with_all_switches_against_a_loop(double, switches):
    centred, modulated, slope = switches
    known = situation() | {"accuracy": torch.tensor([0.3, -2.0])}  # R^2 can be negative: the modulator stays at 1
    channel = TF(centred=centred, modulated=modulated, slope=slope, decorrelate=5.0, amplitude=0.2)
    channel = channel.draw(3, 4, runs=[0, 1])
    signal = channel(**known)
    for r in range(2):
        target = known["y"].numpy()
        if slope:
            y_hat = 1 / (1 + np.exp(-known["z"][r].numpy()))
            target = target * y_hat * (1 - y_hat)
        expected = 0.2 * slow_carry(target, channel.B[r])
        if centred:
            expected -= expected.mean(0)
        expected += 5 * slow_decorrelation(known["H"][r : r + 1])[0].numpy()
        if modulated:
            expected *= [0.7, 1.0][r]
        np.testing.assert_allclose(signal[r], expected)


def test_tf_never_hears_the_error():
    channel, known = TF().draw(3, 4, runs=[0, 1]), situation(dtype=torch.float32)
    assert torch.equal(channel(**known), channel(**known | {"error": torch.full((2, 5, 3), torch.nan)}))


def slow_decorrelation(H):
    """Autograd of the mean squared difference between the N x N cosines and the identity."""
    H = H.clone().requires_grad_()
    for run in H:
        there = run[run.detach().any(1)]  # a zero row has no cosine; its pairs are constants
        K = torch.nn.functional.cosine_similarity(there[:, None], there[None], dim=2)
        (((K - torch.eye(len(there), dtype=run.dtype)) ** 2).sum() / len(run) ** 2).backward()
    return H.grad


@modest
@given(st.integers(1, 3), st.integers(1, 9), st.integers(1, 5), st.integers(0, 1000))
def test_decorrelation_is_the_gradient_of_the_cosines(runs, samples, m, seed):
    H = torch.randn(runs, samples, m, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    torch.testing.assert_close(decorrelation(H), slow_decorrelation(H), atol=1e-12, rtol=1e-9)


def test_decorrelation_knows_what_to_do_with_rows_without_direction(double):
    H = torch.randn(2, 6, 3)
    H[0, 2] = H[1, 0] = H[1, 5] = 0
    gradient = decorrelation(H)
    assert not gradient[0, 2].any()
    assert not gradient[1, [0, 5]].any()
    torch.testing.assert_close(gradient, slow_decorrelation(H), atol=1e-12, rtol=1e-9)
    assert not decorrelation(torch.zeros(1, 4, 3)).any()
    for tiny in (1e-10, 1e-30, 1e-44):
        assert torch.isfinite(decorrelation(torch.tensor([[[tiny, 0.0], [1.0, 1.0]]], dtype=torch.float32))).all()


def test_decorrelation_vanishes_where_nothing_can_be_gained(double):
    assert decorrelation(3 * torch.eye(4)[None]).abs().max() < 1e-15  # orthogonal already
    H = torch.randn(1, 8, 3)
    gradient = decorrelation(H)
    assert (gradient * H).sum(2).abs().max() < 1e-12  # the length of a row changes no cosine

    def objective(H):
        K = torch.nn.functional.cosine_similarity(H[0, :, None], H[0, None], dim=2)
        return ((K - torch.eye(8)) ** 2).mean()

    assert objective(H - 1e-3 * gradient) < objective(H)


@pytest.mark.filterwarnings("ignore:a batch of one sample")
@pytest.mark.parametrize("rule", RULES, **by_name)
@modest
@given(
    runs=st.lists(st.integers(0, 30), min_size=1, max_size=4, unique=True),
    samples=st.integers(1, 6), p=st.integers(1, 4), m=st.integers(1, 5), seed=st.integers(0, 5),
)  # fmt: skip
def test_signals_have_the_shape_of_h_and_keep_runs_apart(rule, runs, samples, p, m, seed):
    known = situation(len(runs), samples, p, m, torch.float32, seed)
    signal = rule.draw(p, m, runs=runs, seed=seed)(**known)
    assert signal.shape == (len(runs), samples, m)
    assert torch.isfinite(signal).all()
    assert not signal.requires_grad
    last = {name: known[name][-1:] for name in ("error", "H", "W", "z", "accuracy")}
    torch.testing.assert_close(rule.draw(p, m, runs=runs[-1:], seed=seed)(**known | last)[0], signal[-1])


def test_rules_of_one_seed_share_their_matrix_and_seeds_and_runs_do_not():
    fa, nfa, tf = (rule.draw(2, 4, runs=range(3), seed=1) for rule in (FA(), NFA(), TF()))
    assert torch.equal(fa.B, nfa.B)
    assert torch.equal(fa.B, tf.B)
    assert not torch.equal(fa.B, FA().draw(2, 4, runs=range(3), seed=2).B)
    assert not torch.equal(fa.B[0], fa.B[1])


@pytest.mark.parametrize(("p", "m"), [(2, 4), (10, 32)])
def test_drawn_matrices_have_the_authors_size(p, m):
    B = FA().draw(p, m, runs=range(400)).B.flatten().numpy()
    assert stats.kstest(B, stats.norm(0, math.sqrt(2 / m)).cdf).pvalue > 1e-3


@pytest.mark.parametrize("rule", [FA(), NFA(), TF()], **by_name)
def test_a_given_matrix_is_used_as_a_frozen_copy(rule):
    shared, own = torch.randn(2, 4, requires_grad=True), torch.randn(3, 2, 4, dtype=torch.float64)
    channel = replace(rule, B=shared).draw(2, 4, runs=[5, 6, 7])
    before = shared.detach().clone()
    with torch.no_grad():
        shared.add_(1)
    assert torch.equal(channel.B, before.expand(3, 2, 4))
    assert not channel.B.requires_grad
    assert torch.equal(replace(rule, B=own).draw(2, 4, runs=[5, 6, 7]).B, own.float())


def test_given_matrices_of_nf_are_used():
    B1, B2 = torch.randn(2, 3), torch.randn(2, 3, 4)
    channel = NF(hidden=3, B1=B1, B2=B2).draw(2, 4, runs=[0, 1])
    assert torch.equal(channel.B1[1], B1)
    assert torch.equal(channel.B2, B2)
    half = NF(hidden=3, B2=B2).draw(2, 4, runs=[0, 1])
    assert torch.equal(half.B1, NF(hidden=3).draw(2, 4, runs=[0, 1]).B1)


@pytest.mark.parametrize("B", [torch.zeros(4, 2), torch.zeros(2), torch.zeros(4, 2, 4), np.zeros((2, 4)), "random"])
@pytest.mark.parametrize("rule", [FA(), NFA(), TF()], **by_name)
def test_a_matrix_of_another_shape_is_named(rule, B):
    with pytest.raises(ValueError, match=r"B must be a tensor of shape \(2, 4\) or, one a run, \(3, 2, 4\), got"):
        replace(rule, B=B).draw(2, 4, runs=[0, 1, 2])


def test_a_matrix_of_nf_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"B1 must be a tensor of shape \(2, 50\).*got \(3, 50\)"):
        NF(B1=torch.zeros(3, 50)).draw(2, 4, runs=[0])
    with pytest.raises(ValueError, match=r"B2 must be a tensor of shape \(50, 4\).*got \(50, 5\)"):
        NF(B2=torch.zeros(50, 5)).draw(2, 4, runs=[0])


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_a_matrix_must_be_finite(bad):
    with pytest.raises(ValueError, match="B must be finite"):
        FA(B=torch.full((2, 4), bad)).draw(2, 4, runs=[0])


@pytest.mark.parametrize("rule", [FA(), NFA(), NFA(B=torch.zeros(2, 4)), NF(), TF()], **by_name)
def test_a_channel_must_be_drawn_first(rule):
    with pytest.raises(ValueError, match=r"no matrices yet: call .draw"):
        rule(**situation())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NFA(sigma=-1), "sigma must be a finite number of 0 or more, got -1"),
        (lambda: NFA(sigma=math.nan), "sigma must be .*got nan"),
        (lambda: NFA(sigma=math.inf), "sigma must be .*got inf"),
        (lambda: NFA(noise="cauchy"), "noise must be one of normal, uniform, got 'cauchy'"),
        (lambda: NF(hidden=0), "hidden must be a whole number of 1 or more, got 0"),
        (lambda: NF(hidden=2.5), "hidden must be .*got 2.5"),
        (lambda: TF(decorrelate=-1), "decorrelate must be a finite number of 0 or more, got -1"),
        (lambda: TF(amplitude=math.inf), "amplitude must be .*got inf"),
        (lambda: TF(amplitude=math.nan), "amplitude must be .*got nan"),
    ],
)
def test_constants_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("rule", RULES, **by_name)
def test_the_name_says_every_constant(rule):
    assert eval(str(rule)) == rule


@pytest.mark.parametrize("rule", RULES, **by_name)
def test_a_count_of_runs_is_as_good_as_their_numbers_and_what_is_missing_is_named(rule):
    counted, listed = rule.draw(3, 4, runs=2), rule.draw(3, 4, runs=[0, 1])
    for name, value in vars(listed).items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(getattr(counted, name), value)
    for asked in (
        {"runs": 1},
        {"p": 2, "runs": 1},
        {"p": 2, "m": 4},
        {"p": 2, "m": {1: 4}, "runs": 1},
        {"p": 0, "m": 4, "runs": 1},
    ):
        with pytest.raises(
            ValueError, match=r"draw needs p, the numbers in an error, m.*\.draw\(2, 4, runs=\[0\]\); got"
        ):
            rule.draw(**asked)
    with pytest.raises(ValueError, match="runs must be a whole number"):
        rule.draw(3, 4, runs=0)


@pytest.mark.parametrize("rule", [DFA(), DRTP(), Direct(FA()), Chained(FA(), (1,))], **by_name)
def test_a_rule_for_several_layers_asks_for_their_units_by_number_and_prints_what_it_is(rule):
    assert sorted(rule.draw(2, {1: 5, 2: 4}, runs=1).at) == [1, 2]
    with pytest.raises(
        ValueError, match=r"units of each hidden layer.*\.draw\(2, \{1: 8, 2: 4\}, runs=\[0\]\); got p=2, m=4"
    ):
        rule.draw(2, 4, runs=1)
    assert eval(repr(rule), {kind.__name__: kind for kind in (DFA, DRTP, Direct, Chained, FA)}) == rule
    assert "None" not in str(rule)
