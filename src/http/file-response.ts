/** The response that downloads an exported file, with its day, position and omissions in headers. */
import type { ExportedFile } from '../register-files/exported-file.js';
import { HttpResponse } from './http-response.js';

export const fileResponse = (type: string, exported: ExportedFile): HttpResponse =>
  new HttpResponse(
    200,
    {
      'content-type': type,
      'content-disposition': `attachment; filename="${exported.fileName}"`,
      'habeas-as-of': exported.asOf,
      'habeas-known-at': exported.knownAt,
      'habeas-position': String(exported.position),
      'habeas-leaves-out': exported.leavesOut,
    },
    exported.content,
  );
