"""Train a small network on scikit-learn's handwritten digits for some 25 s.

    wattprint track --project digits -- python examples/train_digits.py

Nothing in here knows of Wattprint: `wattprint track` measures any command.
"""

import argparse
import time

import numpy as np
from rich.progress import Progress
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

SIDE = 8
BATCH = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=25.0, help="how long to train")
    seconds = parser.parse_args().seconds

    images, labels = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        images / 16.0, labels, test_size=0.25, random_state=0, stratify=labels
    )
    train_x, train_y = shifted(train_x, train_y)
    network = MLPClassifier(hidden_layer_sizes=(512, 256), batch_size=BATCH, random_state=0)
    order = np.random.default_rng(0)
    print(f"{len(train_x):,} training images, {len(test_x)} held out")
    started_s, batches = time.monotonic(), 0
    with Progress() as progress:
        task = progress.add_task("training", total=seconds)
        while (elapsed_s := time.monotonic() - started_s) < seconds:
            progress.update(task, completed=elapsed_s)
            batch = order.integers(len(train_x), size=BATCH)
            network.partial_fit(train_x[batch], train_y[batch], classes=range(10))
            batches += 1
        progress.update(task, completed=seconds)
    print(f"{batches * BATCH / len(train_x):.1f} epochs")
    print(f"accuracy on held-out images: {network.score(test_x, test_y):.3f}")


def shifted(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add every image moved by one pixel in each direction: nine times the data."""
    squares = images.reshape(-1, SIDE, SIDE)
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = [np.roll(squares, move, axis=(1, 2)).reshape(-1, SIDE * SIDE) for move in moves]
    return np.concatenate(moved), np.tile(labels, len(moves))


if __name__ == "__main__":
    main()
