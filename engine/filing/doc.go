// Package filing keeps the register of evaluation bodies (评价机构) and their
// sites (站点) with how each is filed (备案): applied, assessed by the police,
// opinion given, reviewed and filed by human resources, registered with the
// police, later changed, renewed or ended.
//
// One entry, Own, is the installation's own body. Permit tells whether it may
// open a sitting or issue a certificate at the moment; who opens and who issues
// ask it. Nothing here talks to an authority: it is what staff have entered,
// with the documents' numbers and dates.
package filing
