"""Transfer between digits and clothes: against readouts by hand, and what must come out where nothing is learned."""

import numpy as np
import pytest
import torch

from fa_book.published_numbers import transfer
from fa_lib import training
from fa_lib.feedback import BP, FA


@pytest.fixture(scope="module")
def sets():
    return transfer.pair(600, 200, (12,))


def by_hand(features, task, at):
    """Least squares with a constant column, by numpy."""
    features, at = (np.c_[x, np.ones(len(x))] for x in (features, at))
    weight, *_ = np.linalg.lstsq(features, task.y.numpy(), rcond=None)
    return 100 * np.mean((at @ weight).argmax(1) == task.test_y.numpy().argmax(1))


def test_what_is_read_is_least_squares_on_the_layer(sets):
    model = training.build(sets["MNIST"], FA(), runs=2)
    layer, clothes = model.encoder.layers[0], sets["Fashion-MNIST"]
    for run, found in enumerate(transfer.readable(model, clothes)):
        weight, bias = (part[run].detach().double().numpy() for part in (layer.weight, layer.bias))
        H, at = (np.tanh(x.double().numpy() @ weight.T + bias) for x in (clothes.x, clothes.test_x))
        assert found == pytest.approx(by_hand(H, clothes, at), abs=0.51)  # of 200 images, one may round the other way


def test_pixels_come_near_to_those_by_hand_where_there_are_many_images():
    clothes = transfer.pair(3000, 500)["Fashion-MNIST"]
    assert 70 < transfer.pixels(clothes) < 85
    assert transfer.pixels(clothes) >= by_hand(clothes.x.double().numpy(), clothes, clothes.test_x.double().numpy())


def test_every_pair_is_read_and_the_untrained_layer_knows_no_task(sets):
    found = transfer.transferred(sets, {"BP": BP()}, runs=2, epochs=8).accuracy
    assert found.dims == ("learned", "read", "rule", "run")
    still = found.sel(rule=transfer.UNTRAINED)
    assert np.array_equal(still.sel(learned="MNIST"), still.sel(learned="Fashion-MNIST"))
    for name, task in sets.items():
        own = found.sel(learned=name, read=name)
        assert (own.sel(rule="BP") > own.sel(rule=transfer.UNTRAINED) + 5).all()
        assert torch.equal(task.y.sum(1), torch.ones(len(task.y)))
