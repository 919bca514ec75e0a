/** A decision of an officer in words, for whoever reads the events. Every number in it must be one that was shown. */
import { z } from 'zod';
import * as part from './parts.ts';

export const commentarySchema = z.strictObject({ version: part.versionSchema, text: part.textSchema });
