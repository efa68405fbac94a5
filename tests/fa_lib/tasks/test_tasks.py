"""The tasks hold the right samples and targets, their measures measure what they say, and misfits are named."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fa_lib import tasks
from fa_lib.tasks import icosahedron, idx

modest = settings(deadline=None, derandomize=True, max_examples=40)
ICOSAHEDRAL = [tasks.ib, tasks.ib_regression]


def pattern_numbers(x):
    """The number that each row's 12 bits spell, most significant first."""
    return (x.numpy() @ 2 ** np.arange(11, -1, -1)).astype(int)


@pytest.mark.parametrize("make", ICOSAHEDRAL)
def test_ib_holds_every_pattern_once_with_its_label(make):
    task = make()
    assert (len(task.x), len(task.test_x)) == (3277, 819)
    numbers = pattern_numbers(torch.cat([task.x, task.test_x]))
    assert sorted(numbers) == list(range(4096))
    y = torch.cat([task.y, task.test_y]).numpy()
    label = icosahedron.labels()[numbers]
    assert (y == (label[:, None] if task.p == 1 else np.stack([1 - label, label], 1))).all()


def test_ib_split_is_shuffled_once_by_its_seed_and_shared_by_both_tasks():
    assert torch.equal(tasks.ib().x, tasks.ib().x)
    assert not torch.equal(tasks.ib().x, tasks.ib(seed=1).x)
    for seed in range(2):
        assert torch.equal(tasks.ib(seed=seed).test_x, tasks.ib_regression(seed=seed).test_x)
    numbers = pattern_numbers(tasks.ib().x)
    assert abs(np.corrcoef(numbers, np.arange(3277))[0, 1]) < 0.1  # not in counting order
    assert abs(tasks.ib().y.mean(0)[1] - 2118 / 4096) < 0.03


@pytest.mark.parametrize("make", [tasks.mnist, tasks.mnist_regression])
def test_mnist_holds_the_files_images_in_their_order(make):
    task = make(samples=500, test_samples=300)
    for split, x, y in (("train", task.x, task.y), ("test", task.test_x, task.test_y)):
        images, digits = idx.mnist(split)
        count = len(x)
        pixels = (x[:, 0].numpy() * 0.3081 + 0.1307) * 255
        np.testing.assert_allclose(pixels, images[:count], atol=1e-3)
        if task.p == 10:
            assert (y.sum(1) == 1).all()
            assert (y.argmax(1).numpy() == digits[:count]).all()
        else:
            np.testing.assert_allclose(10 * y[:, 0], digits[:count], rtol=1e-6)
    assert (len(task.x), len(task.test_x)) == (500, 300)


def test_mnist_pixels_are_standardised():
    x = tasks.mnist(samples=5000, test_samples=1).x
    assert abs(x.mean()) < 0.03
    assert abs(x.std() - 1) < 0.03


@pytest.mark.parametrize("samples", [0, -1, 60001])
def test_a_number_of_images_that_is_not_there_is_named(samples):
    with pytest.raises(ValueError, match=f"samples of the train set must be 1 to 60000, got {samples}"):
        tasks.mnist(samples=samples, test_samples=1)
    with pytest.raises(ValueError, match="samples of the test set must be 1 to 10000, got 10001"):
        tasks.mnist_regression(samples=1, test_samples=10001)


def test_clipped_polynomial_is_a_clipped_quadratic_with_noise():
    task = tasks.clipped_polynomial()
    assert (len(task.x), len(task.test_x)) == (4096, 1024)
    x, y = torch.cat([task.x, task.test_x]).double().numpy(), torch.cat([task.y, task.test_y]).double().numpy()
    assert abs(x.mean()) < 0.02
    assert abs(x.std() - 1) < 0.02
    assert (y.min(), y.max()) == (-5, 5)
    terms = np.hstack([x**2, x])
    for column in y.T:
        # Fit where clipping is rare, by trimming on the fitted value: a few rounds recover the unclipped polynomial.
        keep = np.abs(column) < 5
        for _ in range(30):
            fit = np.linalg.lstsq(terms[keep], column[keep], rcond=None)[0]
            keep = np.abs(terms @ fit) < 1.5
        assert abs((column - terms @ fit)[keep].std() - 1.2) < 0.12
        clipped = np.abs(terms @ fit) > 9
        assert (column[clipped] == 5 * np.sign(terms @ fit)[clipped]).all()
    assert not torch.equal(task.x, tasks.clipped_polynomial(seed=1).x)
    assert torch.equal(task.y, tasks.clipped_polynomial().y)


def test_protocols_are_the_authors():
    small = {"samples": 10, "test_samples": 10}
    made = [tasks.ib(), tasks.ib_regression(), tasks.mnist(**small), tasks.mnist_regression(**small),
            tasks.clipped_polynomial()]  # fmt: skip
    got = [(t.lr, t.batch, t.epochs, t.output, (t.features, *t.widths), t.p) for t in made]
    assert got == [
        (1e-3, None, 1000, "sigmoid", (None, 8, 4), 2),
        (1e-3, None, 1000, "sigmoid", (None, 8, 4), 1),
        (1e-3, 64, 10, "sigmoid", (128, 64, 32), 10),
        (5e-4, 128, 30, "linear", (128, 64, 32), 1),
        (5e-3, 256, 100, "clip", (None, 12, 12, 12), 2),
    ]


def test_outputs_are_what_their_names_say(toy):
    z = torch.tensor([-7.0, -1.0, 0.0, 2.0, 9.0])
    torch.testing.assert_close(toy().activate(z), 1 / (1 + torch.exp(-z)))
    assert torch.equal(toy(output="linear").activate(z), z)
    assert toy(output="clip").activate(z).tolist() == [-5, -1, 0, 2, 5]


answers = st.tuples(st.integers(1, 3), st.integers(2, 8), st.integers(1, 4), st.integers(0, 1000))


def answer(runs, samples, p, seed):
    random = np.random.default_rng(seed)
    return random.random((runs, samples, p)), random.random((samples, p)), random


@modest
@given(answers)
def test_loss_and_r_squared_against_their_formulas(shape):
    y_hat, y, _ = answer(*shape)
    task = tasks.ib()
    loss, r2 = (f(torch.tensor(y_hat), torch.tensor(y)) for f in (task.squared_error, tasks.r_squared))
    for r, one in enumerate(y_hat):
        assert loss[r] == pytest.approx(np.mean((one - y) ** 2))
        total = sum(((y[:, j] - y[:, j].mean()) ** 2).sum() for j in range(y.shape[1]))
        assert r2[r] == pytest.approx(1 - ((one - y) ** 2).sum() / total)
    own = torch.tensor(y).expand(y_hat.shape)  # a target for each run
    torch.testing.assert_close(tasks.r_squared(torch.tensor(y_hat), own), r2)


@modest
@given(answers)
def test_correct_rate_counts_the_largest_outputs(shape):
    y_hat, _, random = answer(*shape)
    labels = random.integers(0, y_hat.shape[2], y_hat.shape[1])
    y = np.eye(y_hat.shape[2])[labels]
    rate = tasks.correct_rate(torch.tensor(y_hat), torch.tensor(y))
    np.testing.assert_allclose(rate, (y_hat.argmax(2) == labels).mean(1), rtol=1e-6)


def test_of_equal_outputs_the_first_counts_as_the_largest():
    y_hat = torch.tensor([[[1.0, 1.0, 0.0], [0.5, 0.5, 0.5], [0.0, 1.0, 1.0], [-2.0, -1.0, -1.0]]])
    for first, rate in (([0, 0, 1, 1], 1.0), ([1, 2, 2, 2], 0.0)):
        assert tasks.correct_rate(y_hat, torch.eye(3)[torch.tensor(first)]).tolist() == [rate]


def test_threshold_rate_counts_sides_of_one_half():
    y = torch.tensor([[0.0], [0.0], [1.0], [1.0]])
    y_hat = torch.tensor([[[0.1], [0.6], [0.6], [0.9]], [[0.9], [0.9], [0.1], [0.1]], [[0.0], [0.49], [0.5], [1.0]]])
    assert tasks.threshold_rate(y_hat, y).tolist() == [0.75, 0.0, 1.0]
    half = torch.tensor([[[0.5]]])  # counts as above, in the answer and in the target
    assert tasks.threshold_rate(half, half[0]).item() == 1
    assert tasks.threshold_rate(half, torch.tensor([[0.4]])).item() == 0


def test_a_perfect_but_noisy_digit_fails_the_papers_rate_half_the_time():
    random = torch.Generator().manual_seed(0)
    y = torch.randint(10, (20_000, 1), generator=random) / 10
    noisy = (y + 0.01 * torch.randn(y.shape, generator=random))[None]
    assert tasks.floor_rate(noisy, y) == pytest.approx(0.5, abs=0.02)
    assert tasks.nearest_rate(noisy, y) == 1
    assert tasks.floor_rate(y[None], y) == tasks.nearest_rate(y[None], y) == 1  # digits in float32 do not slip
    assert tasks.floor_rate(y[None] + 0.04, y) == tasks.nearest_rate(y[None] + 0.04, y) == 1
    assert tasks.floor_rate(y[None] + 0.06, y) == 1
    nines = (y == 0.9).float().mean().item()  # 9.6 is held within range
    assert tasks.nearest_rate(y[None] + 0.06, y).item() == pytest.approx(nines)
    assert tasks.nearest_rate(y[None].double(), y) == tasks.floor_rate(y[None].double() + 1e-6, y) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": torch.zeros(0, 12), "y": torch.zeros(0, 2)}, r"training set needs .*at least, got x \(0, 12\)"),
        ({"test_x": torch.zeros(0, 12), "test_y": torch.zeros(0, 2)}, r"test set needs .*got x \(0, 12\)"),
        ({"x": torch.zeros(5, 12)}, r"training set needs .*got x \(5, 12\) and y \(3277, 2\)"),
        ({"y": torch.zeros(3277)}, r"got x \(3277, 12\) and y \(3277,\)"),
        ({"y": torch.zeros(3277, 0)}, r"and y \(3277, 0\)"),
        ({"x": torch.zeros(3277)}, r"got x \(3277,\)"),
        ({"x": torch.zeros(3277, 1, 12)}, r"test set needs x \('sample', 1, 12\).*got x \(819, 12\)"),
        ({"test_x": torch.zeros(819, 11)}, r"test set needs x \('sample', 12\).*got x \(819, 11\)"),
        ({"test_y": torch.zeros(819, 3)}, r"test set needs .* y \('sample', 2\).*y \(819, 3\)"),
        ({"features": 128}, r"training set needs x \('sample', 1, 28, 28\).*got x \(3277, 12\)"),
        ({"x": torch.full((3277, 12), torch.nan)}, "training set holds NaN or infinity"),
        ({"test_y": torch.full((819, 2), torch.inf)}, "test set holds NaN or infinity"),
        ({"y": torch.full((3277, 2), 1.5)}, r"targets must lie within 0.0 .. 1.0, .*sigmoid.*got 1.5 .. 1.5"),
        ({"test_y": torch.full((819, 2), -0.5)}, r"targets must lie within 0.0 .. 1.0.*got -0.5"),
        ({"output": "clip", "y": torch.full((3277, 2), 5.5)}, r"targets must lie within -5.0 .. 5.0"),
        ({"x": [[0.0] * 12] * 3277}, "x must be a tensor or a numpy array of numbers, got list"),
        ({"x": torch.zeros(3277, 12).to(torch.complex64)}, "x must be a tensor or a numpy array of numbers"),
        (
            {"test_y": np.full((819, 2), "a")},
            "test_y must be a tensor or a numpy array of numbers, got an array of <U1; texts become",
        ),
        ({"y": np.array([["no"]] * 3277)}, r"y must be .*array of <U2; texts become classes by np\.unique"),
        ({"y": torch.full((3277, 1), 7), "test_y": torch.full((819, 1), 7)}, r"give classes as \(sample,\), y\[:, 0\]"),
        (
            {"y": torch.ones(3277, 1).long(), "test_y": torch.ones(819, 1).long(), "output": "softmax"},
            "give classes as",
        ),
        ({"y": torch.ones(3277, 1), "test_y": torch.ones(819, 1), "output": "softmax"}, "softmax of one output"),
        ({"output": "tanh"}, "output must be one of sigmoid, softmax, linear, clip, got 'tanh'"),
        ({"metrics": {"r": tasks.r_squared}}, 'metrics must hold "accuracy", got r'),
        ({"metrics": {}}, 'metrics must hold "accuracy", got none'),
        ({"lr": 0.0}, "lr must be a finite number above 0, got 0.0"),
        ({"lr": float("nan")}, "lr must be .*got nan"),
        ({"batch": 0}, "batch must be a whole number of 1 or more, got 0"),
        ({"epochs": 0}, "epochs must be .*got 0"),
        ({"widths": ()}, r"widths must be .*got \(\)"),
        ({"widths": (8, 0)}, r"widths must be .*got \(8, 0\)"),
        ({"features": 0}, "features must be .*got 0"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        tasks.ib().change(**change)


def test_whole_numbers_of_one_output_are_taken_where_they_are_no_classes():
    truths = {"y": torch.ones(3277, 1).long(), "test_y": torch.zeros(819, 1).long()}
    assert tasks.ib().change(**truths).p == 1
    classes = {name: truth[:, 0] + 2 for name, truth in truths.items()}
    assert tasks.ib().change(**classes).p == 4


def test_images_as_rows_of_pixels(images):
    task = images()
    flat = tasks.rows(task, (5, 3), lr=0.5, batch=4)
    assert torch.equal(flat.x, task.x.reshape(20, 784))
    assert torch.equal(flat.test_x, task.test_x.reshape(30, 784))
    assert torch.equal(flat.y, task.y)
    assert (flat.widths, flat.features, flat.lr, flat.batch, flat.epochs) == ((5, 3), None, 0.5, 4, task.epochs)
    assert tasks.rows(task).widths == task.widths
