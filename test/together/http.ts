import { runGroup } from '../support/together.js';

runGroup('http');
