"""Train the digits of train_digits.py with the tracker inside: sections, samples and a score.

    python examples/train_in_sections.py --seconds 25
    wattprint report last --format html --output run.html

The report then says what loading, each phase and a sample cost.
"""

import argparse
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from train_digits import BATCH, shifted

import wattprint

BATCHES_OF_A_ROUND = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=25.0, help="how long to train")
    parser.add_argument("--zone", help="where the machine stands, for emissions: FR, US-CA")
    options = parser.parse_args()
    tracked = wattprint.track(
        project="digits", name="sections", stage="pretrain", zone=options.zone, interval_s=1.0
    )
    with tracked as run:
        with run.section("load"):
            images, labels = load_digits(return_X_y=True)
            train_x, test_x, train_y, test_y = train_test_split(
                images / 16.0, labels, test_size=0.25, random_state=0, stratify=labels
            )
            train_x, train_y = shifted(train_x, train_y)
        network = MLPClassifier(hidden_layer_sizes=(512, 256), batch_size=BATCH, random_state=0)
        order, step = np.random.default_rng(0), 0
        give_up_s = time.monotonic() + options.seconds
        while time.monotonic() < give_up_s:
            with run.section("train"):
                for _ in range(BATCHES_OF_A_ROUND):
                    batch = order.integers(len(train_x), size=BATCH)
                    network.partial_fit(train_x[batch], train_y[batch], classes=range(10))
                    step += 1
            with run.section("evaluate"):
                loss = log_loss(test_y, network.predict_proba(test_x))
                score = network.score(test_x, test_y)
            run.log(step=step, samples=BATCHES_OF_A_ROUND * BATCH, loss=loss, score=score)
    print(f"accuracy on held-out images: {score:.3f}")
    print(run.footprint().summary())


if __name__ == "__main__":
    main()
