/**
 * Why a vendor's data could not be had, or must not be used. Codes: VENDOR_UNREACHABLE (no whole answer, or only 5xx),
 * VENDOR_RATE_LIMITED, VENDOR_REFUSED (another HTTP status), VENDOR_REPLY (an answer that makes no sense), VENDOR_PAGES
 * (pages that do not go on), CLOCK_SKEW, QUOTE_CROSSED and the DATA_* codes of a bar. `path` begins with the vendor.
 */
import { describeProblems, type Problem } from './problem.ts';

const TRANSIENT_CODES: readonly string[] = ['VENDOR_UNREACHABLE', 'VENDOR_RATE_LIMITED'];

export class VendorFailure extends Error {
  override readonly name = 'VendorFailure';
  readonly problems: readonly Problem[];
  /** Asking again later may help; the adapter itself has given up after its own tries. */
  readonly isTransient: boolean;
  constructor(problems: readonly Problem[]) {
    super(describeProblems(problems));
    this.problems = problems;
    this.isTransient = problems.every(({ code }) => TRANSIENT_CODES.includes(code));
  }
}
