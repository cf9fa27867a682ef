/**
 * What comes in: a Host (live, recorded, pasted).
 * What goes out: a Machine, everything known about that computer, and the functions a person's DEVICE word means.
 */

export * from './machine.js'
