/** The face of the review of one closed trade: its id is the trade's, so there is one review of each. */
export const TRADE_REVIEW = 'trade-review';
export const tradeReviewId = (tradeId: string): string => `${TRADE_REVIEW}:${tradeId}`;
