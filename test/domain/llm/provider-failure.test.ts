/** What providers refuse with, in their own words. */
import { describe, expect, it } from 'vitest';
import { failureOf, type ToldError } from '../../../domain/llm/provider-failure.ts';

const told = (more: Partial<ToldError>): ToldError => ({
  ...{ status: null, kinds: [], message: '', retryAfterMs: null },
  ...more,
});

describe('a refusal', () => {
  it.each([
    [429, ['requests', 'rate_limit_exceeded'], 'Limit 3, Used 3. Add a payment method at /account/billing.'],
    [429, ['rate_limit_error'], 'This request would exceed your rate limit of spend limit tier 1'],
  ])('is too many requests, not the end of the money: %i %j', (status, kinds, message) => {
    expect(failureOf(told({ status, kinds, message }))).toMatchObject({ code: 'LLM_RATE_LIMITED', retryable: true });
  });

  it.each([
    [400, ['invalid_request_error'], 'You have reached your specified API usage limits.'],
    [400, ['invalid_request_error'], 'Your credit balance is too low to access the API.'],
    [429, ['insufficient_quota'], 'You exceeded your current quota, please check your plan and billing details.'],
    [400, ['budget_exceeded', '400'], 'Budget has been exceeded! Current cost: 10, max budget: 5'],
    [402, [], 'Insufficient Balance'],
  ])('is the end of the money, which no waiting mends: %i %j', (status, kinds, message) => {
    const failure = failureOf(told({ status, kinds, message, shouldRetry: true }));
    expect(failure).toMatchObject({ code: 'LLM_SPEND_CAP', retryable: false });
  });

  it('that names a field of the request is a bad request, whatever the field is called', () => {
    const message = 'thinking.budget_tokens: extra inputs are not permitted';
    expect(failureOf(told({ status: 400, kinds: ['invalid_request_error'], message })).code).toBe('LLM_BAD_REQUEST');
  });

  it('is tried again or not as the provider says itself', () => {
    expect(failureOf(told({ status: 500, shouldRetry: false })).retryable).toBe(false);
    expect(failureOf(told({ status: 400, shouldRetry: true })).retryable).toBe(true);
    expect(failureOf(told({ status: 409 }))).toMatchObject({ retryable: true, mayHaveBeenBilled: false });
  });
});

describe('an error inside a stream', () => {
  it.each([
    [['Whatever', '429'], 'LLM_RATE_LIMITED'],
    [['BadRequestError', '400'], 'LLM_BAD_REQUEST'],
    [['InternalServerError', '500'], 'PROVIDER_DOWN'],
    [['502'], 'PROVIDER_DOWN'],
    [['529'], 'LLM_OVERLOADED'],
    [['7'], 'LLM_PROTOCOL'],
  ])('that bears a status means what the status means: %j', (kinds, code) => {
    expect(failureOf(told({ kinds }))).toMatchObject({ code, mayHaveBeenBilled: true });
  });
});
