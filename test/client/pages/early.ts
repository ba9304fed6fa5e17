/** A page for test/browser with what the recipe has users write into the head of theirs. */
import * as checkout from '../../../examples/recipes-web/early.js';

Object.assign(window, { checkout });
