// Package enrol is registration by the candidate (网上报名): a window of time
// that a sitting opens, a form with a condition of eligibility, its evidence and
// a photograph, and the decision of staff: returned, refused, or admitted, which
// puts the person on the roster. Identity numbers, phones and files are sealed.
// Conditions and limits are data with sample values.
package enrol
