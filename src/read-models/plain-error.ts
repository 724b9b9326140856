/** Errors that pass between threads, which lose their classes there. */
import { StoreDamaged } from '../event-store/port.js';
import { PoisonEventError } from './errors.js';

/** What the other thread needs to make the error again. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly position: number | null;
  /** The name of the error that a poison event caused. */
  readonly cause: string | null;
}

export const toPlainError = (error: unknown): PlainError => {
  const { name, message, code, position, cause } = error as Partial<Record<keyof PlainError, unknown>>;
  return {
    name: typeof name === 'string' ? name : typeof error,
    message: typeof message === 'string' ? message : '',
    code: typeof code === 'string' ? code : undefined,
    position: typeof position === 'number' ? position : null,
    cause: cause instanceof Error ? cause.name : null,
  };
};

export const fromPlainError = ({ name, message, code, position, cause }: PlainError): Error => {
  if (name === 'StoreDamaged') return new StoreDamaged(message, { position });
  if (name === 'PoisonEventError') return new PoisonEventError(message, { cause: { name: cause ?? 'Error' } });
  const known = code === undefined ? { name } : { name, code };
  return Object.assign(new Error(message), known);
};
