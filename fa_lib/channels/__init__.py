"""Channels beyond the paper's: wrappers around any channel, and signals of another kind.

Centred                 without what all samples share
Initial                 with matrices of another size or kind
Own, Turned, Signs      through W_O itself, turned by an angle, one bit of every component
Told, Mixed             told something else than the target
Autoencoder             with a matrix that learns to preserve the target
RateReduction           up the coding rate, without error or random matrix
Relaxed                 predictive coding: the state moves before anything is learned
"""
