"""Training: one step, one loop, what is measured of it."""

from fa_lib.training.epochs import batches, epochs_of, train_epoch, trained
from fa_lib.training.evaluate import dataset, look, stuck
from fa_lib.training.loop import fit, predict, train
from fa_lib.training.model import Model, build, step
from fa_lib.training.snapshots import observe, probe, see

__all__ = ["Model", "batches", "build", "dataset", "epochs_of", "fit", "look", "observe", "predict", "probe", "see"]
__all__ += ["step", "stuck", "train", "train_epoch", "trained"]
