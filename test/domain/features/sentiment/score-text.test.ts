/** What single headlines say, by sentences that a reader can judge. */
import { describe, expect, it } from 'vitest';
import { LEXICON_SIZE } from '../../../../domain/features/sentiment/lexicon.ts';
import { newsSentiment } from '../../../../domain/features/sentiment/news-sentiment.ts';
import { scoreText } from '../../../../domain/features/sentiment/score-text.ts';
import { topicsOf } from '../../../../domain/features/sentiment/topics.ts';

const label = (text: string): string => scoreText(text).label;

describe('a headline', () => {
  it.each([
    ['Bank shares plunge after credit downgrade', 'negative'],
    ['Retailer beats earnings estimates, raises guidance', 'positive'],
    ['Chip maker misses forecast, shares tumble', 'negative'],
    ['Airline files for bankruptcy', 'negative'],
    ['Short squeeze sends crude soaring', 'positive'],
    ['Company cuts costs', 'positive'],
    ['Company cuts guidance', 'negative'],
    ['Net loss narrows to $3 million', 'positive'],
    ['Net loss widens to $30 million', 'negative'],
    ['Unemployment falls to a ten-year low', 'positive'],
    ['Shares up 5%', 'positive'],
    ['Shares down 5 percent', 'negative'],
    ['The outlook is not strong', 'negative'],
    ['Broker cuts Acme to Hold', 'negative'],
    ['Acme upgraded to Buy', 'positive'],
    ['Profit was EUR 13.1 mn, compared with EUR 8.7 mn a year earlier', 'positive'],
    ['Profit was EUR 8.7 mn, compared with EUR 13.1 mn a year earlier', 'negative'],
    ['Profit of EUR 2 mn compared with a loss of EUR 5 mn', 'positive'],
    ['Profit falls less than expected', 'positive'],
    ['Profit rises less than expected', 'negative'],
    ['Jobless claims rise more than economists had forecast', 'negative'],
    ['Smaller-than-expected loss at Acme', 'positive'],
    ['Revenue grew slower than expected', 'negative'],
    ['Sales decline was smaller than feared', 'positive'],
    ['Inflation lower than expected', 'positive'],
    ['Broker downgrades Acme', 'negative'],
    ['Broker upgrades Acme', 'positive'],
    ['Acme cuts dividend', 'negative'],
    ['Acme avoids bankruptcy', 'positive'],
    ['Court dismisses lawsuit against Acme', 'positive'],
    ['Acme fails to beat estimates', 'negative'],
    ['Acme is no longer loss-making', 'positive'],
    ['Growth slows', 'negative'],
    ['Inflation cools', 'positive'],
    ['Bitcoin hits two-year low', 'negative'],
    ['Unemployment at five-year high', 'negative'],
    ['Sensex ends 300 points lower', 'negative'],
    ['Board meets on Tuesday', 'neutral'],
    ['Company appoints new finance director', 'neutral'],
    ['', 'neutral'],
  ])('%s: %s', (text, expected) => expect(label(text)).toBe(expected));

  it('keeps its label in capitals, with typographic signs and with a link behind it', () => {
    const plain = "Maker can't sell its cars, shares slump";
    const variants = [plain.toUpperCase(), plain.replace("'", '’'), `${plain} https://example.com/up/surge`];
    for (const text of variants) expect(scoreText(text)).toEqual(scoreText(plain));
  });

  it('has a score between -1 and 1 with the sign of its label, whatever it repeats', () => {
    const { label: told, score } = scoreText('surge '.repeat(5_000));
    expect(told).toBe('positive');
    expect(score).toBeGreaterThan(0.5);
    expect(score).toBeLessThanOrEqual(1);
  });

  it('turns with the direction of the movement', () => {
    for (const what of ['Profit', 'Shares', 'Costs', 'Unemployment', 'Sales', 'Debt']) {
      expect(scoreText(`${what} rises 10%`).score).toBeCloseTo(-scoreText(`${what} falls 10%`).score, 12);
    }
  });
});

describe('news together', () => {
  const item = (headline: string, source: string, social = false) => ({ headline, summary: '', source, social });

  it('weighs a social post half', () => {
    const good = item('Shares surge', 'wire');
    const bad = item('Shares plunge', 'forum', true);
    const { score, sourceCount, itemCount } = newsSentiment([good, bad]);
    const one = scoreText('Shares surge').score;
    expect(score).toBeCloseTo((one - one / 2) / 1.5, 12);
    expect([sourceCount, itemCount]).toEqual([2, 2]);
  });

  it('counts what one source repeats once, and nothing as neutral', () => {
    const same = item('Shares surge', 'wire');
    expect(newsSentiment([same, same]).itemCount).toBe(1);
    expect(newsSentiment([])).toEqual({ label: 'neutral', score: 0, itemCount: 0, sourceCount: 0, topics: [] });
  });

  it('counts topics', () => {
    expect(topicsOf('Court clears merger after antitrust probe')).toEqual(['mergers', 'legal', 'regulation']);
    const { topics } = newsSentiment([item('Profit rises', 'a'), item('Quarterly profit falls, CEO resigns', 'b')]);
    expect(topics).toEqual([
      { topic: 'earnings', count: 2 },
      { topic: 'management', count: 1 },
    ]);
  });
});

it('knows more than 300 words and phrases', () => {
  expect(LEXICON_SIZE).toBeGreaterThan(300);
});
