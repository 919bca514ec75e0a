/*
 * The search kernel of domain/engine/search/search-run.ts in C: the yardstick of `npm run bench -- engine`, compiled
 * there with the machine's own compiler. Same operations in the same order; without FMA contraction it gives equal bits.
 * It answers each line of input with the nanoseconds of CPU that one pass over all runs took.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double smaller(double a, double b) { return a < b ? a : b; }
static inline int32_t smallest(int32_t a, int32_t b) { return a < b ? a : b; }

static void searchRun(const double *open, const double *high, const double *low, const double *close, const double *atr,
                      const uint16_t *fundingAtOpen, const uint16_t *fundingInside, const uint32_t *longs,
                      const uint32_t *shorts, const uint32_t *exits, const double *p, double *out) {
  int32_t last = (int32_t)(p[14]);
  double fraction = p[1];
  double riskFraction = p[2];
  double leverage = p[3];
  double stopAtr = p[4];
  double targetAtr = p[5];
  double takerBps = p[6];
  double feeFraction = p[7];
  double perUnit = p[8];
  int32_t maxHold = (int32_t)p[9];
  double fundingRate = p[10];
  double marginFraction = p[11];
  double buffer = p[12];
  double cash = p[0];
  double previous = cash;
  double peak = cash;
  // Wealth below this deepens the drawdown: rarely so, which is what a branch wants.
  double lowest = cash;
  double drawdown = 0;
  double trades = 0;
  double wins = 0;
  double grossProfit = 0;
  double grossLoss = 0;
  double returnSum = 0;
  double squareSum = 0;
  double downsideSum = 0;
  double barsInMarket = 0;
  double turnover = 0;
  double fees = 0;
  double fundingPaid = 0;
  double unsized = 0;
  int32_t nextExitLong = -1;
  int32_t nextExitShort = -1;
  int32_t lastWord = last >> 5;
  int32_t i = (int32_t)(p[13]);
  while (i < last) {
    // Flat: the next bar at which an entry is wanted.
    int32_t word = i >> 5;
    uint32_t bits = (longs[word] | shorts[word]) & (0xffffffffu << (i & 31));
    while (bits == 0 && word < lastWord) {
      word += 1;
      bits = longs[word] | shorts[word];
    }
    if (bits == 0) break;
    i = (word << 5) + (__builtin_ctz(bits));
    if (i >= last) break;
    double side = (longs[i >> 5] >> (i & 31)) & 1 ? 1 : -1;
    double deciding = close[i];
    double stopDistance = atr[i] * stopAtr;
    if (stopAtr != 0 && !(stopDistance > 0)) {
      unsized += 1;
      i += 1;
      continue;
    }
    double bound = riskFraction != 0 && stopAtr != 0 ? riskFraction / (stopDistance / deciding) : INFINITY;
    double steps = ((cash * (bound < fraction ? bound : fraction)) / deciding) * perUnit;
    double quantity = cash > 0 ? (floor(steps + (steps * 4e-15 + 1e-9)) / perUnit) * leverage : 0;
    if (!(quantity > 0)) {
      unsized += 1;
      i += 1;
      continue;
    }
    double targetDistance = atr[i] * targetAtr;
    i += 1;
    // Entry at the open.
    double entry = open[i] * (1 + (side * takerBps) / 10000);
    double cost = side * quantity * entry;
    double entryFee = quantity * entry * feeFraction;
    cash = cash - cost - entryFee;
    turnover += quantity * entry;
    double units = side * quantity;
    double stop = stopAtr == 0 ? (side > 0 ? -1 : INFINITY) : larger(0, entry + -side * stopDistance);
    double aim = larger(0, entry + side * targetDistance);
    double target = targetAtr == 0 || aim != aim ? (side > 0 ? INFINITY : -1) : aim;
    double liquidation = side > 0 ? -1 : INFINITY;
    if (leverage > 1) {
      liquidation =
        side > 0 ? (entry * (1 - marginFraction)) / (1 - buffer) : (entry * (1 + marginFraction)) / (1 + buffer);
    }
    // The bar at whose close the position is told to leave; found once for all entries before it.
    int32_t asked = side > 0 ? nextExitLong : nextExitShort;
    if (asked < i) {
      word = i >> 5;
      bits = exits[word] & (0xffffffffu << (i & 31));
      while (bits == 0 && word < lastWord) {
        word += 1;
        bits = exits[word];
      }
      asked = bits == 0 ? INT32_MAX : (word << 5) + (__builtin_ctz(bits));
      if (side > 0) nextExitLong = asked;
      else nextExitShort = asked;
    }
    int32_t timeUp = maxHold == 0 ? last : smallest(last, i + maxHold - 1);
    int32_t leave = asked < timeUp ? asked : timeUp;
    int32_t j = i;
    double funding = 0;
    double price = 0;
    if (fundingRate != 0) {
      double guard = side > 0 ? larger(stop, liquidation) : smaller(stop, liquidation);
      for (; j <= leave; j += 1) {
        if (j > i && fundingAtOpen[j] != 0) {
          double paid = units * close[j - 1] * fundingRate * (double)fundingAtOpen[j];
          cash -= paid;
          funding += paid;
        }
        if (
          side > 0
            ? low[j] <= guard || high[j] > target
            : high[j] >= guard || low[j] < target
        )
          break;
        double mark = close[j];
        if (fundingInside[j] != 0) {
          double paid = units * mark * fundingRate * (double)fundingInside[j];
          cash -= paid;
          funding += paid;
        }
        double equity = cash + units * mark;
        double change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        double below = change - fabs(change);
        downsideSum += below * below;
        if (equity > peak) {
          peak = equity;
          lowest = peak * (1 - drawdown);
        } else if (equity < lowest) {
          drawdown = (peak - equity) / peak;
          lowest = equity;
        }
      }
    } else if (side > 0) {
      double guard = larger(stop, liquidation);
      for (; j <= leave; j += 1) {
        if (low[j] <= guard || high[j] > target) break;
        double equity = cash + units * close[j];
        double change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        double below = change - fabs(change);
        downsideSum += below * below;
        if (equity > peak) {
          peak = equity;
          lowest = peak * (1 - drawdown);
        } else if (equity < lowest) {
          drawdown = (peak - equity) / peak;
          lowest = equity;
        }
      }
    } else {
      double guard = smaller(stop, liquidation);
      for (; j <= leave; j += 1) {
        if (high[j] >= guard || low[j] < target) break;
        double equity = cash + units * close[j];
        double change = equity / previous - 1;
        previous = equity;
        returnSum += change;
        squareSum += change * change;
        double below = change - fabs(change);
        downsideSum += below * below;
        if (equity > peak) {
          peak = equity;
          lowest = peak * (1 - drawdown);
        } else if (equity < lowest) {
          drawdown = (peak - equity) / peak;
          lowest = equity;
        }
      }
    }
    barsInMarket += (double)(j - i);
    if (j > last) {
      // Told to leave at the last close, or never: it stays open and valued.
      i = j;
      fees += entryFee;
      fundingPaid += funding;
      break;
    }
    double first = open[j];
    if (j > leave) {
      if (fundingRate != 0 && fundingAtOpen[j] != 0) {
        double paid = units * close[j - 1] * fundingRate * (double)fundingAtOpen[j];
        cash -= paid;
        funding += paid;
      }
      price = first * (1 + (-side * takerBps) / 10000);
    } else if (side > 0) {
      double worst = low[j];
      if (worst <= liquidation) {
        price = first <= liquidation ? first : liquidation;
      } else if (worst <= stop) {
        price = (first <= stop ? first : stop) * (1 + -takerBps / 10000);
      } else {
        price = first > target ? first : target;
      }
    } else {
      double worst = high[j];
      if (worst >= liquidation) {
        price = first >= liquidation ? first : liquidation;
      } else if (worst >= stop) {
        price = (first >= stop ? first : stop) * (1 + takerBps / 10000);
      } else {
        price = first < target ? first : target;
      }
    }
    double value = -side * quantity * price;
    double exitFee = quantity * price * feeFraction;
    cash = cash - value - exitFee;
    turnover += quantity * price;
    double paid = entryFee + exitFee;
    fees += paid;
    fundingPaid += funding;
    double pnl = -value - cost - paid - funding;
    trades += 1;
    if (pnl > 0) {
      wins += 1;
      grossProfit += pnl;
    } else grossLoss -= pnl;
    double change = cash / previous - 1;
    previous = cash;
    returnSum += change;
    squareSum += change * change;
    double below = change - fabs(change);
    downsideSum += below * below;
    if (cash > peak) {
      peak = cash;
      lowest = peak * (1 - drawdown);
    } else if (cash < lowest) {
      drawdown = (peak - cash) / peak;
      lowest = cash;
    }
    i = j;
  }
  out[0] = previous;
  out[1] = trades;
  out[2] = wins;
  out[3] = grossProfit;
  out[4] = grossLoss;
  out[5] = returnSum;
  out[6] = squareSum;
  out[7] = downsideSum * 0.25;
  out[13] = unsized;
  out[8] = drawdown;
  out[9] = barsInMarket;
  out[10] = turnover;
  out[11] = fees;
  out[12] = fundingPaid;
}

static void *readPart(FILE *file, size_t bytes) {
  void *part = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (part == NULL || fread(part, 1, bytes, file) != bytes) exit(2);
  return part;
}

static double cpuNs(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

/* argv[1]: count, words, runs (int32), the columns, then parameters and masks of each run. argv[2]: where results go. */
int main(int argc, char **argv) {
  FILE *file = argc < 3 ? NULL : fopen(argv[1], "rb");
  if (file == NULL) return 2;
  int32_t *sizes = readPart(file, 12);
  size_t count = sizes[0], words = sizes[1], runs = sizes[2];
  double *columns[5];
  for (int c = 0; c < 5; c += 1) columns[c] = readPart(file, count * 8);
  uint16_t *fundingAtOpen = readPart(file, count * 2), *fundingInside = readPart(file, count * 2);
  double **parameters = malloc(runs * sizeof(double *));
  uint32_t **masks = malloc(runs * sizeof(uint32_t *));
  for (size_t run = 0; run < runs; run += 1) {
    parameters[run] = readPart(file, 16 * 8);
    masks[run] = readPart(file, words * 12);
  }
  double *results = calloc(runs * 16, 8);
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    double started = cpuNs();
    for (long passes = strtol(line, NULL, 10); passes > 0; passes -= 1) {
      for (size_t run = 0; run < runs; run += 1) {
        uint32_t *mask = masks[run];
        searchRun(columns[0], columns[1], columns[2], columns[3], columns[4], fundingAtOpen, fundingInside, mask,
                  mask + words, mask + 2 * words, parameters[run], results + run * 16);
      }
    }
    printf("%.0f\n", cpuNs() - started);
    fflush(stdout);
  }
  FILE *written = fopen(argv[2], "wb");
  if (written == NULL) return 2;
  fwrite(results, 8, runs * 16, written);
  return fclose(written);
}
