/* SUNDIALS CVODE (BDF of variable order, dense direct linear solver, analytic Jacobian): the reference stiff solver.

     dphi_k/dt = (1/Z_k) sum_{j<=k} exp(beta (cos(phi_j - phi_k) - 1)) sin(phi_j - phi_k)

   usage: cvode N BETA; then a line "START UNTIL TOLERANCE END" for each solve, see bench/README.md */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <time.h>

static int n;
static double beta, *C, *S;

static void trig(const double *y) {
  for (int k = 0; k < n; k++) {
    C[k] = cos(y[k]);
    S[k] = sin(y[k]);
  }
}

static int velocity(realtype t, N_Vector state, N_Vector out, void *data) {
  double *d = N_VGetArrayPointer(out);
  trig(N_VGetArrayPointer(state));
  for (int k = 0; k < n; k++) {
    double z = 0, m = 0, ck = C[k], sk = S[k];
    for (int j = 0; j <= k; j++) {
      double a = C[j] - ck, b = S[j] - sk, w = exp(-.5 * beta * (a * a + b * b));
      z += w;
      m += w * (S[j] * ck - C[j] * sk);
    }
    d[k] = m / z;
  }
  return 0;
}

static int jacobian(realtype t, N_Vector state, N_Vector at, SUNMatrix J, void *data, N_Vector v1, N_Vector v2,
                    N_Vector v3) {
  double *F = N_VGetArrayPointer(at);
  trig(N_VGetArrayPointer(state));
  for (int k = 0; k < n; k++) {
    double z = 1, ck = C[k], sk = S[k], diagonal = 0;
    for (int j = 0; j < k; j++) {
      double a = C[j] - ck, b = S[j] - sk, w = exp(-.5 * beta * (a * a + b * b));
      double sine = S[j] * ck - C[j] * sk, cosine = C[j] * ck + S[j] * sk;
      z += w;
      SM_ELEMENT_D(J, k, j) = w * (cosine - beta * sine * (sine - F[k]));
    }
    for (int j = 0; j < k; j++) {
      SM_ELEMENT_D(J, k, j) /= z;
      diagonal += SM_ELEMENT_D(J, k, j);
    }
    SM_ELEMENT_D(J, k, k) = -diagonal;
  }
  return 0;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

/* Reads a start into y; false if that fails. */
static int read_start(const char *path, double *y) {
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  int k = 0;
  while (k < n && fscanf(file, "%lf", y + k) == 1) k++;
  fclose(file);
  return k == n;
}

int main(int count, char **words) {
  if (count != 3) return fprintf(stderr, "usage: cvode N BETA\n"), 2;
  n = atoi(words[1]);
  beta = atof(words[2]);
  C = malloc(n * sizeof *C);
  S = malloc(n * sizeof *S);
  SUNContext context;
  SUNContext_Create(NULL, &context);
  puts("ready");
  fflush(stdout);
  char start[4096], end[4096];
  double until, tolerance;
  while (scanf("%4095s %lf %lf %4095s", start, &until, &tolerance, end) == 4) {
    N_Vector state = N_VNew_Serial(n, context);
    double *y = N_VGetArrayPointer(state), reached;
    if (!read_start(start, y)) return fprintf(stderr, "cannot read %s\n", start), 1;
    double begin = seconds();
    void *solver = CVodeCreate(CV_BDF, context);
    CVodeInit(solver, velocity, 0, state);
    CVodeSStolerances(solver, tolerance, tolerance);
    CVodeSetMaxNumSteps(solver, 100000000);
    SUNMatrix matrix = SUNDenseMatrix(n, n, context);
    SUNLinearSolver linear = SUNLinSol_Dense(state, matrix, context);
    CVodeSetLinearSolver(solver, linear, matrix);
    CVodeSetJacFn(solver, jacobian);
    int code = CVode(solver, until, state, &reached, CV_NORMAL);
    double took = seconds() - begin;
    long steps, failures, evaluations;
    CVodeGetNumSteps(solver, &steps);
    CVodeGetNumErrTestFails(solver, &failures);
    CVodeGetNumRhsEvals(solver, &evaluations);
    FILE *file = fopen(end, "w");
    if (!file) return fprintf(stderr, "cannot write %s\n", end), 1;
    for (int k = 0; k < n; k++) fprintf(file, "%.17g\n", y[k]);
    fclose(file);
    if (code < 0) puts("failed");
    else printf("%.9f %ld %ld %ld\n", took, steps, failures, evaluations);
    fflush(stdout);
    CVodeFree(&solver);
    SUNLinSolFree(linear);
    SUNMatDestroy(matrix);
    N_VDestroy(state);
  }
  return 0;
}
