/** The four officers of the desk, in the order in which one tells the next. */
import { z } from 'zod';

export const officerNameSchema = z.enum(['risk', 'strategy', 'ceo', 'federation']);
export type OfficerName = z.infer<typeof officerNameSchema>;

/** Who an officer is in the policy store and in the audit. */
export const officerId = (officer: OfficerName): string => `officer:${officer}`;
