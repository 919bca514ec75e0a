"""Peers of `npm run bench -- agents`: the same step of learning and the same action in PyTorch and in numpy by hand.

Arguments: rounds, steps a round. Prints {"peers": {name: {"trainUs", "actionUs"}}, "missing": [...]}.
Figures are medians of CPU time in microseconds on one thread. What cannot be imported is listed as missing.
"""
import json
import os
import statistics
import sys
import time

WIDTHS = [18, 128, 64, 32, 3]
BATCH, ROWS, GAMMA, RATE, CLIP = 64, 20_000, 0.99, 1e-3, 10.0


# Before either library is imported: one thread, as the other side has.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"


def timed(rounds, count, work):
    figures = []
    for turn in range(-2, rounds):
        before = time.process_time()
        for _ in range(count):
            work()
        if turn >= 0:
            figures.append((time.process_time() - before) / count * 1e6)
    return float(f"{statistics.median(figures):.3g}")


def with_numpy(np, rounds, steps):
    draw = np.random.default_rng(1)
    pairs = list(zip(WIDTHS, WIDTHS[1:]))
    weights = [draw.uniform(-1, 1, (i, o)).astype(np.float32) / np.float32(i) ** np.float32(0.5) for i, o in pairs]
    biases = [np.zeros(o, np.float32) for _, o in pairs]
    params = weights + biases
    means = [np.zeros_like(p) for p in params]
    squares = [np.zeros_like(p) for p in params]
    aims = [p.copy() for p in params]
    states, nexts = (draw.standard_normal((ROWS, 18), dtype=np.float32) for _ in range(2))
    rewards = draw.standard_normal(ROWS, dtype=np.float32)
    actions = draw.integers(0, 3, ROWS)
    index = np.arange(BATCH)
    turn = [0]

    def forward(ps, x):
        made = [x]
        for layer in range(4):
            x = x @ ps[layer] + ps[4 + layer]
            if layer < 3:
                x = np.maximum(x, 0)
            made.append(x)
        return made

    def learn():
        turn[0] += 1
        rows = draw.integers(0, ROWS, BATCH)
        target = rewards[rows] + np.float32(GAMMA) * forward(aims, nexts[rows])[-1].max(axis=1)
        made = forward(params, states[rows])
        slope = np.zeros((BATCH, 3), np.float32)
        slope[index, actions[rows]] = (made[-1][index, actions[rows]] - target) * np.float32(2 / BATCH)
        slopes = [None] * 8
        for layer in range(3, -1, -1):
            slopes[layer] = made[layer].T @ slope
            slopes[4 + layer] = slope.sum(axis=0)
            if layer > 0:
                slope = (slope @ params[layer].T) * (made[layer] > 0)
        norm = sum(float(np.vdot(s, s)) for s in slopes) ** 0.5
        scale = np.float32(min(1.0, CLIP / (norm + 1e-6)))
        rate = np.float32(RATE / (1 - 0.9 ** turn[0]))
        root = np.float32((1 - 0.999 ** turn[0]) ** -0.5)
        for p, s, m, v in zip(params, slopes, means, squares):
            s *= scale
            m *= np.float32(0.9)
            m += np.float32(0.1) * s
            v *= np.float32(0.999)
            v += np.float32(0.001) * s * s
            p -= rate * m / (np.sqrt(v) * root + np.float32(1e-8))

    state = states[0]
    return {
        "trainUs": timed(rounds, steps, learn),
        "actionUs": timed(rounds, steps * 5, lambda: int(forward(params, state)[-1].argmax())),
    }


def with_torch(torch, rounds, steps):
    torch.set_num_threads(1)
    torch.manual_seed(1)

    def network():
        layers = []
        for i, o in zip(WIDTHS, WIDTHS[1:]):
            layers += [torch.nn.Linear(i, o), torch.nn.ReLU()]
        return torch.nn.Sequential(*layers[:-1])

    online, aim = network(), network()
    adam = torch.optim.Adam(online.parameters(), lr=RATE)
    states, nexts, rewards = torch.randn(ROWS, 18), torch.randn(ROWS, 18), torch.randn(ROWS)
    actions = torch.randint(0, 3, (ROWS, 1))

    def learn():
        rows = torch.randint(0, ROWS, (BATCH,))
        with torch.no_grad():
            target = rewards[rows] + GAMMA * aim(nexts[rows]).max(dim=1).values
        value = online(states[rows]).gather(1, actions[rows]).squeeze(1)
        loss = torch.nn.functional.mse_loss(value, target)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(online.parameters(), CLIP)
        adam.step()

    def act():
        with torch.no_grad():
            return int(online(states[0]).argmax())

    return {"trainUs": timed(rounds, steps, learn), "actionUs": timed(rounds, steps * 5, act)}


def main():
    rounds, steps = int(sys.argv[1]), int(sys.argv[2])
    peers, missing = {}, []
    for name, run in (("numpy", with_numpy), ("torch", with_torch)):
        try:
            module = __import__(name)
        except ImportError as error:
            missing.append(f"{name}: {error}")
            continue
        peers[name] = run(module, rounds, steps)
    print(json.dumps({"peers": peers, "missing": missing}))


main()
