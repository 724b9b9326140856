/** Certificates for a test, made anew in a folder by openssl: an authority, a server that it vouches for, and a stranger. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** What `startDouble` wants to know. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly caFile: string };
  /** The certificate of an authority that vouches for nobody here. */
  readonly strangerFile: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export const makeCertificates = (folder: string): Certificates => {
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const authority = (name: string): string => {
    const file = at(`${name}.crt`);
    openssl('req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', file);
    return file;
  };
  const caFile = authority('authority');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl('req', ...KEY, '-subj', '/CN=node', '-keyout', at('node.key'), '-out', at('node.csr'));
  const signing = [
    '-CA',
    caFile,
    '-CAkey',
    at('authority.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', '-in', at('node.csr'), '-out', at('node.crt'), ...signing);
  const text = (file: string): string => readFileSync(at(file), 'utf8');
  return { tls: { certificate: text('node.crt'), key: text('node.key'), caFile }, strangerFile: authority('stranger') };
};
