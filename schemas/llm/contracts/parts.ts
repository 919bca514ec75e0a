/**
 * What the contracts have in common. A contract is what a model must answer for one use: strict, versioned, every field
 * present, `null` where there is nothing to say (never absent). Confidence and fractions 0 to 1; prices are suggestions
 * in quote currency. Texts have no longest length here: they are cut when the answer is read.
 */
import { z } from 'zod';
import { symbolSchema } from '../../market.ts';

/** Raised when the meaning or the shape of a contract changes. */
export const versionSchema = z.literal(1);
export const answerSymbolSchema = symbolSchema;

export const confidenceSchema = z.number().min(0).max(1);
export const textSchema = z.string().min(1);
export const textsSchema = z.array(textSchema).max(5);
export const riskLevelSchema = z.enum(['low', 'medium', 'high']);

/** Direction of the trade that is advised; `hold` advises none. */
export const adviceActionSchema = z.enum(['buy', 'sell', 'hold']);
/** How long the trade is thought to last. */
export const timeframeSchema = z.enum(['scalp', 'dayTrade', 'swing', 'position']);

/** Null: no opinion. */
export const suggestedPriceSchema = z.number().positive().nullable();
/** Share of equity, null: no opinion. */
export const suggestedSizeSchema = z.number().min(0).max(1).nullable();
