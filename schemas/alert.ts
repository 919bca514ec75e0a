/**
 * What a person is told outside of the desk: made of one event, whose
 * sequence tells a repeated delivery from a new one.
 */
export type AlertLevel = 'warning' | 'critical';
export type AlertOwner = 'head of desk' | 'risk' | 'strategies' | 'operator';

export type Alert = {
  /** Of its event. */
  readonly sequence: number;
  readonly type: string;
  readonly level: AlertLevel;
  /** Who has to look. */
  readonly owner: AlertOwner;
  /** What the desk has done by itself. */
  readonly action: string;
  /** All of it for a person, a few lines. */
  readonly text: string;
  readonly correlationId: string | null;
  readonly atMs: number;
};

/** Where alerts go beside the log; null: not there. */
export type AlertSettings = {
  readonly webhookUrl: string | null;
  readonly telegram: { readonly url: string; readonly token: string; readonly chat: string } | null;
  readonly allowLoopback: boolean;
};
