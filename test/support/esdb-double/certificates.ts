/** Generates test certificates with openssl: an authority, a server certificate signed by it, and an unrelated authority. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** Options of `startDouble`. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly caFile: string };
  /** An authority that signed no certificate. */
  readonly untrustedCaFile: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export const makeCertificates = (folder: string): Certificates => {
  const inFolder = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const authority = (name: string): string => {
    const file = inFolder(`${name}.crt`);
    openssl(
      'req',
      '-x509',
      ...KEY,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      inFolder(`${name}.key`),
      '-out',
      file,
    );
    return file;
  };
  const caFile = authority('authority');
  writeFileSync(inFolder('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl('req', ...KEY, '-subj', '/CN=node', '-keyout', inFolder('node.key'), '-out', inFolder('node.csr'));
  const signing = [
    '-CA',
    caFile,
    '-CAkey',
    inFolder('authority.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    inFolder('names'),
  ];
  openssl('x509', '-req', '-in', inFolder('node.csr'), '-out', inFolder('node.crt'), ...signing);
  const read = (file: string): string => readFileSync(inFolder(file), 'utf8');
  return {
    tls: { certificate: read('node.crt'), key: read('node.key'), caFile },
    untrustedCaFile: authority('stranger'),
  };
};
