/** Exact decimals as they cross borders: money, prices and quantities are texts, never JSON numbers. */
import { z } from 'zod';

/** A plain decimal: optional minus, digits, optional fraction. No exponent, no NaN. */
export const DECIMAL_PATTERN = /^-?\d{1,30}(\.\d{1,20})?$/;
export const decimalSchema = z.string().regex(DECIMAL_PATTERN);
