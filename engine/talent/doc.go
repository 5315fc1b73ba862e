// Package talent is the pool of certified people (人才库) who agreed to be in it:
// for a purpose, from a day, until they withdraw. What it shows is put together
// when somebody looks: the certificate that counts, the profile, the trainings,
// and what staff added of special functions and awards. Nothing is kept of what
// was shown or exported, so that who withdraws is in no view and no export from
// that moment on; what staff added about them goes with it. The consents stay,
// because they prove what was agreed to and when it ended.
package talent
