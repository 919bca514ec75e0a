/*
 * The six indicators of `npm run bench -- indicators` in C, the same recurrences and seeds as domain/features/.
 * argv[1]: bars, then open, high, low, close as doubles. Each line of input is answered with six CPU times in ns.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double mean(const double *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i += 1) sum += x[i] - x[0];
  return x[0] + sum / n;
}

static void ema(const double *x, int n, int period, double *y) {
  double weight = 2.0 / (period + 1), average = mean(x, period);
  y[period - 1] = average;
  for (int i = period; i < n; i += 1) y[i] = average += (x[i] - average) * weight;
}

static void rsi(const double *x, int n, int period, double *y) {
  double gain = 0, loss = 0, weight = 1.0 / period;
  for (int i = 1; i < n; i += 1) {
    double change = x[i] - x[i - 1], size = fabs(change);
    if (i <= period) {
      gain += (size + change) * 0.5 * weight;
      loss += (size - change) * 0.5 * weight;
    } else {
      gain += ((size + change) * 0.5 - gain) * weight;
      loss += ((size - change) * 0.5 - loss) * weight;
    }
    if (i >= period) y[i] = gain + loss == 0 ? 50 : 100 * gain / (gain + loss);
  }
}

static double trueRange(const double *high, const double *low, const double *close, int i) {
  return fmax(high[i], close[i - 1]) - fmin(low[i], close[i - 1]);
}

static void atr(const double *high, const double *low, const double *close, int n, int period, double *y) {
  double average = 0, weight = 1.0 / period;
  for (int i = 1; i <= period; i += 1) average += trueRange(high, low, close, i) / period;
  y[period] = average;
  for (int i = period + 1; i < n; i += 1) y[i] = average += (trueRange(high, low, close, i) - average) * weight;
}

static void adx(const double *high, const double *low, const double *close, int n, int period, double *plusDi,
                double *minusDi, double *dx, double *y) {
  double plus = 0, minus = 0, range = 0, average = 0, weight = 1.0 / period;
  for (int i = 1; i < n; i += 1) {
    double up = fmax(high[i] - high[i - 1], 0), down = fmax(low[i - 1] - low[i], 0);
    double decay = i > period - 1 ? weight : 0;
    plus += (up > down ? up : 0) - plus * decay;
    minus += (down > up ? down : 0) - minus * decay;
    range += trueRange(high, low, close, i) - range * decay;
    if (i < period) continue;
    plusDi[i] = 100 * plus / range;
    minusDi[i] = 100 * minus / range;
    dx[i] = 100 * fabs(plusDi[i] - minusDi[i]) / (plusDi[i] + minusDi[i]);
    if (i < 2 * period) average += dx[i] / period;
    else average += (dx[i] - average) * weight;
    if (i >= 2 * period - 1) y[i] = average;
  }
}

static void macd(const double *x, int n, double *line, double *signal, double *histogram) {
  double quick = mean(x + 14, 12), calm = mean(x, 26), average = 0;
  for (int i = 25; i < n; i += 1) {
    if (i > 25) {
      quick += (x[i] - quick) * (2.0 / 13);
      calm += (x[i] - calm) * (2.0 / 27);
    }
    line[i] = quick - calm;
    if (i < 33) continue;
    average = i == 33 ? mean(line + 25, 9) : average + (line[i] - average) * 0.2;
    signal[i] = average;
    histogram[i] = line[i] - average;
  }
}

static void bollinger(const double *x, int n, int period, double *upper, double *middle, double *lower,
                      double *position, double *width) {
  double sum = 0, squares = 0, anchor = x[0];
  for (int i = 0; i < n; i += 1) {
    double d = x[i] - anchor;
    sum += d;
    squares += d * d;
    if (i >= period) {
      double gone = x[i - period] - anchor;
      sum -= gone;
      squares -= gone * gone;
    }
    if (i < period - 1) continue;
    double centre = anchor + sum / period, reach = 2 * sqrt(fmax(0, squares - sum * sum / period) / period);
    upper[i] = centre + reach;
    middle[i] = centre;
    lower[i] = centre - reach;
    position[i] = reach == 0 ? 0.5 : (x[i] - (centre - reach)) / (2 * reach);
    width[i] = 2 * reach / centre;
  }
}

static double cpuNs(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int argc, char **argv) {
  FILE *file = argc < 2 ? NULL : fopen(argv[1], "rb");
  int32_t n = 0;
  if (file == NULL || fread(&n, 4, 1, file) != 1 || n < 100) return 2;
  double *bars = malloc(8L * n * 4), *out = calloc(8L * n, 16);
  if (bars == NULL || out == NULL || fread(bars, 8, 4L * n, file) != (size_t)n * 4) return 2;
  const double *high = bars + n, *low = bars + 2L * n, *close = bars + 3L * n;
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    double at[7];
    at[0] = cpuNs();
    ema(close, n, 21, out);
    at[1] = cpuNs();
    rsi(close, n, 14, out + n);
    at[2] = cpuNs();
    atr(high, low, close, n, 14, out + 2L * n);
    at[3] = cpuNs();
    adx(high, low, close, n, 14, out + 3L * n, out + 4L * n, out + 5L * n, out + 6L * n);
    at[4] = cpuNs();
    macd(close, n, out + 7L * n, out + 8L * n, out + 9L * n);
    at[5] = cpuNs();
    bollinger(close, n, 20, out + 10L * n, out + 11L * n, out + 12L * n, out + 13L * n, out + 14L * n);
    at[6] = cpuNs();
    for (int i = 0; i < 6; i += 1) printf("%.0f%s", at[i + 1] - at[i], i < 5 ? " " : "\n");
    fflush(stdout);
  }
  return 0;
}
