/** `calc sentiment`: what the finance lexicon reads in headlines, each for itself and all together. */
import { z } from 'zod';
import { itemSentiment, newsSentiment } from '../../../domain/features/sentiment/news-sentiment.ts';
import { calculation } from './calculation.ts';

export const sentiment = calculation({
  name: 'sentiment',
  about: 'sentiment, topics and number of sources of news by the finance lexicon',
  schema: z.strictObject({
    items: z
      .array(
        z.strictObject({
          headline: z.string().min(1).max(2_000),
          summary: z.string().max(20_000).default(''),
          source: z.string().max(200).default(''),
          /** A post, which weighs half of a report. */
          social: z.boolean().default(false),
        }),
      )
      .min(1)
      .max(10_000),
  }),
  example: {
    items: [
      { headline: 'Bank shares plunge after credit downgrade', source: 'wire' },
      {
        headline: 'Chip maker beats estimates and raises guidance',
        summary: 'Profit rose 12 percent.',
        source: 'daily',
      },
      { headline: '$ACME to the moon', source: 'forum', social: true },
    ],
  },
  answer: ({ items }) => ({ ...newsSentiment(items), items: items.map(itemSentiment) }),
});
